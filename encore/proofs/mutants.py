"""What guards a place, found in the syntax tree: each door, question and scope, with the text that takes it away.

A mutant is one of them taken away. `encore prove isolation --mutate` runs the tests on each; one that no test
notices is a guard that nothing holds in place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

# Where guards are not looked for: what is no part of a request, and what proves.
ELSEWHERE = {"tests", "migrations", "demo", "bench", "proofs"}
# Whose every condition is a guard.
CORE = (
    "encore/courses/rules.py",
    "encore/courses/context.py",
    "encore/courses/decorators.py",
    "encore/courses/my_sessions.py",
    "encore/toolkit/scoping.py",
    "encore/toolkit/permission.py",
    "encore/toolkit/decorators.py",
    "encore/people/rules.py",
    "encore/people/decorators.py",
    "encore/people/middleware.py",
)
DOORS = {"in_course", "in_session", "in_tool"}
PLATFORM_DOORS = {"roles_required", "permission_required"}
# Questions, with the answer of one who lets everybody do everything.
QUESTIONS = {
    "may": "True",
    "sees": "True",
    "may_manage": "True",
    "may_grant": "True",
    "may_edit": "True",
    "is_visible": "True",
    "why_not": "None",
    "why_not_arrange": '""',
    "why_not_publish": '""',
    "closed_in": "set()",
}
FINDING = {"filter", "get", "exclude", "get_object_or_404", "get_or_create", "Q"}
# What ties a row to a place or a person, as the first word of a condition; a list of people is what is done, not where.
SCOPES = {"session", "session_id", "session_course", "course", "enrolment", "owner", "is_latest", "person", "by"}
LISTS_OF_PEOPLE = {"person__in", "enrolment__person__in", "enrolment__in", "person__is_active"}
# Functions of the core that only say it, or where whoever was refused is sent.
DISPLAY = {"title", "closed_door", "why_read_only", "why_locked", "locked_words", "_no_page_of_a_learner"}
DISPLAY |= {"_not_permitted", "_to_sign_in", "_to_set_up", "_path_here", "_sent_back"}
ACCESS = '__import__("encore.courses.words", fromlist=["Access"]).Access'
UNSCOPED = '__import__("encore.proofs.unscoped", fromlist=["unscoped"])'
DOOR_KINDS = {"door taken off", "level lowered", "sight dropped", "page open to anyone"}
OPEN_PAGE = '(lambda view: setattr(view, "roles", frozenset()) or view)'


@dataclass(frozen=True)
class Mutant:
    """`start` and `end` are bytes of the file; `before` and `after` what stands there.

    `watched`: the bytes of the expression that has to be reached; for doors, "" and the view they are the door of
    ("" for any of the module). `runs`: whether it runs when asked, not while the module is imported.
    """

    file: str
    line: int
    kind: str
    start: int
    end: int
    before: str
    after: str
    watched: tuple[int, int] = (0, 0)
    view: str = ""
    runs: bool = False

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.kind}"

    def __str__(self) -> str:
        return f"{self.name}: {_short(self.before)} → {_short(self.after)}"

    @property
    def key(self) -> str:
        return f"{self.file}:{self.start}:{self.kind}:{self.after}"

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def answer(self) -> bool | None:
        """What it always answers, if it is an answer: only where the program answers otherwise can it be noticed."""
        if self.kind not in ("condition", "question"):
            return None
        return self.after == "True"

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.after.encode() + source[self.end :]

    def kept(self, source: bytes) -> bytes:
        """The same with what it replaces still standing there, unused, so that each function keeps its lines and the
        names that it shares with others."""
        if self.kind == "condition of a query dropped":
            return source[: self.start] + b"\n" * self.before.count("\n") + source[self.end :]
        after = "None" if self.after == "pass" else self.after
        return source[: self.start] + f"({after} if True else ({self.before}))".encode() + source[self.end :]


def mutants_in(root: Path) -> list[Mutant]:
    """Every mutant there is of the package under `root`, by file and line."""
    found: list[Mutant] = []
    for path in sorted((root / "encore").rglob("*.py")):
        relative = path.relative_to(root)
        if not ELSEWHERE & set(relative.parts):
            found += mutants_of(path.read_bytes(), str(relative))
    return found


def mutants_of(source: bytes, file: str) -> list[Mutant]:
    """The mutants of one file, each of which still is Python."""
    finder = _Finder(source, file)
    found = sorted(set(finder.all()), key=lambda one: (one.line, one.start, one.kind, one.after))
    for mutant in found:
        ast.parse(mutant.applied(source))
    return found


class _Finder:
    def __init__(self, source: bytes, file: str) -> None:
        self.source, self.file = source, file
        self.tree = ast.parse(source)
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
        bodies = [body for node in functions for body in (node.body if isinstance(node.body, list) else [node.body])]
        self.run = {id(node) for body in bodies for node in ast.walk(body)}
        self.views = {
            id(node): function.name
            for function in functions
            if isinstance(function, ast.FunctionDef)
            for decorator in function.decorator_list
            for node in ast.walk(decorator)
        }

    def all(self) -> Iterator[Mutant]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    yield from self._door(decorator)
                if self.file in CORE and node.name not in DISPLAY:
                    yield from self._conditions(node)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield from self._demand(node)
            if isinstance(node, ast.Call):
                yield from self._call(node)
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("writes", "records")
                and _text_of(node.value) == "here"
            ):
                yield self._mutant("question", node, "True")

    def _conditions(self, function: ast.FunctionDef) -> Iterator[Mutant]:
        for node in ast.walk(function):
            if isinstance(node, ast.If | ast.IfExp):
                yield self._mutant("condition", node.test, "True")
                yield self._mutant("condition", node.test, "False")

    def _door(self, node: ast.expr) -> Iterator[Mutant]:
        name = _name(node.func if isinstance(node, ast.Call) else node)
        if name in DOORS:
            given = {word.arg: word.value for word in node.keywords} if isinstance(node, ast.Call) else {}
            args = [self._text(arg) for arg in node.args] if isinstance(node, ast.Call) else []
            wide = ", ".join([*args, f"level={ACCESS}.LISTED", "sight=None"])
            yield self._mutant("door taken off", node, f"{name}({wide})")
            if "level" in given and not self._text(given["level"]).endswith(".READ"):
                yield self._mutant("level lowered", given["level"], f"{ACCESS}.READ")
            if "sight" in given and self._text(given["sight"]) != "None":
                yield self._mutant("sight dropped", given["sight"], "None")

    def _demand(self, node: ast.Expr) -> Iterator[Mutant]:
        """Something that refuses by raising an error."""
        name = _name(node.value.func)  # type: ignore[attr-defined]
        if name.startswith("require"):
            yield self._mutant("demand dropped", node, "pass")

    def _call(self, node: ast.Call) -> Iterator[Mutant]:
        name, file = _name(node.func), self.file
        if name in PLATFORM_DOORS:
            yield self._mutant("page open to anyone", node, OPEN_PAGE)
        elif name in QUESTIONS and not (name == "may" and isinstance(node.func, ast.Name) and len(node.args) != 3):
            answer = '""' if name == "why_not" and isinstance(node.func, ast.Name) else QUESTIONS[name]
            yield self._mutant("question", node, answer)
        elif name == "shown_in" and isinstance(node.func, ast.Name):
            rest = ", ".join([*map(self._text, node.args), *map(self._keyword, node.keywords)])
            yield self._mutant("scope dropped", node, f"{UNSCOPED}.shown_anywhere({rest})")
            if not any(word.arg == "hidden" for word in node.keywords):
                yield self._mutant("hidden too", node, f"shown_in({rest}, hidden=True)")
        elif name == "recorded_in":
            yield self._mutant("scope dropped", node, f"{self._text(node.args[1])}._default_manager.all()")
        elif name in ("drafts_in", "known_to", "sessions_of") and len(node.args) == 1 and "queries" not in file:
            yield self._mutant("scope dropped", node, f"{UNSCOPED}.every_{_OF[name]}()")
        elif name in FINDING:
            yield from self._finding(node)

    def _finding(self, node: ast.Call) -> Iterator[Mutant]:
        """A condition that ties what is found to a place or a person. Those of constraints are the database's, which
        has them from its migrations."""
        if "models" in self.file and id(node) not in self.run:
            return
        for word in node.keywords:
            if word.arg and _ties(word.arg):
                start, end = self._span(word)
                after = self.source[end:]
                # With its comma; the last of several leaves the one before it, which Python does not mind.
                comma = len(after) - len(after.lstrip()) + 1 if after.lstrip()[:1] == b"," else 0
                kind, watched = "condition of a query dropped", self._span(word.value)
                runs = id(node) in self.run
                yield Mutant(
                    self.file, word.lineno, kind, start, end + comma, self._keyword(word), "", watched, "", runs
                )

    def _mutant(self, kind: str, node: ast.expr | ast.stmt, after: str) -> Mutant:
        start, end = self._span(node)
        is_door, runs = kind in DOOR_KINDS, id(node) in self.run
        view = "" if runs else self.views.get(id(node), "")
        watched = (0, 0) if is_door else (start, end)
        return Mutant(
            self.file, node.lineno, kind, start, end, self.source[start:end].decode(), after, watched, view, runs
        )

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self.source[start:end].decode()

    def _keyword(self, word: ast.keyword) -> str:
        return f"{word.arg}={self._text(word.value)}" if word.arg else f"**{self._text(word.value)}"


_OF = {"drafts_in": "draft", "known_to": "session", "sessions_of": "session"}


def _ties(condition: str) -> bool:
    """What is searched for makes a list shorter, of those that may be seen anyway."""
    searched = condition.endswith("search_text__contains")
    return condition.split("__")[0] in SCOPES and condition not in LISTS_OF_PEOPLE and not searched


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:100] or "nothing"


def chosen(mutants: list[Mutant], *, only: str, sample: int | None, draw: Random) -> list[Mutant]:
    """Those whose name or text holds `only`, in an order drawn by chance, and of them as many as asked for."""
    found = [mutant for mutant in mutants if only in str(mutant)]
    draw.shuffle(found)
    return found[:sample]
