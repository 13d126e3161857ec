"""`may` is the only one that combines what somebody may do with locks: whoever else reads a lock is found here.

Reading a lock to say it or to set it is no decision; the few functions that do so are named. Everybody else asks
`here.may` or `here.why_not`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "encore"
FIELDS = {"tool_visibility", "coach_additions"}
ASKS = {("courses/rules.py", "may"), ("courses/context.py", "why_not")}
SAYS_OR_SETS = {
    ("courses/windows.py", "locks_of"),
    ("courses/locks.py", "shown_locks"),
    ("courses/locks.py", "set_locks"),
    ("courses/locks.py", "lock_words"),
    ("courses/locks.py", "with_who_locked"),
    ("courses/checking.py", "locks"),
    ("courses/actions/locks.py", "set_lock"),
    ("courses/actions/locks.py", "lift_lock"),
    ("courses/actions/locks.py", "_set"),
}
LEVELS = {"level", "access", "decide", "may", "writes", "is_open"}


def functions() -> Iterator[tuple[str, ast.AST]]:
    """Every function with its file, and the rest of each module and class, as (file, name) and tree."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        # The proofs set locks to see what becomes of them, and print what `may` said.
        if "/tests/" not in name and "/migrations/" not in name and not name.startswith("proofs/"):
            yield from ((name, node) for node in ast.walk(ast.parse(path.read_text())) if _is_function(node))


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def reads_a_lock(tree: ast.AST) -> bool:
    """Whether it reads `.locks`, a field of Locks, or a column that holds a lock, by whatever spelling."""
    return any(_names_a_lock(node) for node in ast.walk(tree))


def _names_a_lock(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and (node.attr == "locks" or node.attr in FIELDS or _is_column(node.attr))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        # f"{kind}_lock" is a constant "_lock" beside a name; a docstring is longer than a column's name.
        return _is_column(node.value) or node.value in {"_lock", "_lock_by", "_lock_at"}
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        return isinstance(node.args[0], ast.Name) and node.args[0].id == "locks"
    else:
        return isinstance(node, ast.keyword) and node.arg is not None and _is_column(node.arg.partition("__")[0])


def _is_column(name: str) -> bool:
    return any(name.partition("__")[0].startswith(f"{field}_lock") for field in FIELDS)


def test_only_may_and_those_who_say_or_set_them_read_locks():
    readers = {(file, node.name) for file, node in functions() if reads_a_lock(node)}  # type: ignore[attr-defined]

    assert readers - SAYS_OR_SETS == ASKS
    assert SAYS_OR_SETS <= readers


def test_who_says_or_sets_a_lock_asks_nothing_about_access():
    for file, node in functions():
        if (file, node.name) in SAYS_OR_SETS:  # type: ignore[attr-defined]
            names = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
            names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            assert not names & LEVELS, f"{file}: {node.name}"  # type: ignore[attr-defined]


def test_no_template_reads_a_lock():
    for path in ROOT.rglob("*.html"):
        text = path.read_text()
        assert "here.locks" not in text, path
        assert not any(f"{field}_lock" in text for field in FIELDS), path


@pytest.mark.parametrize(
    "source",
    [
        "def f(here):\n    return here.locks.tool_visibility",
        "def f(here):\n    return here.locks",
        "def f(locks, name):\n    return getattr(locks, name)",
        "def f(place):\n    return place.coach_additions_lock",
        "def f(place, kind):\n    return getattr(place, f'{kind}_lock')",
        "def f(places):\n    return places.filter(tool_visibility_lock='')",
        "def f(places):\n    return places.values_list('coach_additions_lock')",
    ],
)
def test_a_reader_would_be_found(source):
    assert reads_a_lock(ast.parse(source))
