"""What import contracts cannot see: keys, templates and addresses point down too; pages carry no inline code."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

PACKAGE = Path(settings.ROOT) / "encore"
LAYERS = [
    *("base", "ledger", "people", "courses", "toolkit", "tools", "results", "exchange", "reports", "web"),
    *("demo", "proofs", "bench", "config"),
]
TEMPLATES = sorted(path for path in PACKAGE.rglob("templates/**/*.html"))
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.S)
# People ask others for these by name alone, and hide what is not there.
BY_NAME_ONLY = {"import_new"}


def layer(dotted: str) -> str:
    return dotted.removeprefix("encore.").split(".")[0]


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def below(lower: str, upper: str) -> bool:
    return LAYERS.index(lower) <= LAYERS.index(upper)


def ours():
    return [model for model in apps.get_models() if model.__module__.startswith("encore.")]


def routes(resolver: URLResolver, package: str = "config"):
    """(name of the route, layer of its view) of every route."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name, layer(getattr(entry.callback, "__module__", ""))
        else:
            yield from routes(entry)


ROUTES = dict(routes(get_resolver()))


def text_of(template: Path) -> str:
    return COMMENT.sub("", template.read_text())


def test_foreign_keys_point_down():
    """The one key allowed upward is the ledger's, to persons."""
    upward = [
        f"{model.__name__}.{field.name}"
        for model in ours()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model.__module__.startswith("encore.")
        if not below(layer(field.related_model.__module__), layer(model.__module__))
        if layer(model.__module__) != "ledger" or field.related_model._meta.label != settings.AUTH_USER_MODEL
    ]

    assert upward == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_templates_reach_only_down(template):
    """Addresses and includes of a template belong to its own layer or one below."""
    text, own = text_of(template), layer_of(template)
    names = [name for name in re.findall(r"""\{%\s*url\s+['"]([\w:-]+)['"]""", text) if name not in BY_NAME_ONLY]
    included = re.findall(r"""\{%\s*(?:include|extends)\s+['"]([\w/.-]+?)(?:#\w+)?['"]""", text)
    upward = [name for name in names if not below(ROUTES[name.rsplit(":", 1)[-1]], own)]
    for name in included:
        homes = [path for path in TEMPLATES if str(path).endswith(f"/templates/{name}")]
        assert homes, f"{name} does not exist"
        upward += [name for path in homes if not below(layer_of(path), own)]

    assert upward == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_templates_hold_no_style_and_no_script(template):
    text = text_of(template)

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text, re.I)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text, re.I)


def test_every_tool_stands_alone_in_its_folder():
    """A tool is found by its folder; nothing else of Encore names it."""
    names = [path.parent.name for path in PACKAGE.glob("tools/*/tool.py")]
    named = re.compile(rf"encore\.tools\.({'|'.join(names)})\b")
    naming = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and layer_of(path) != "tools" and named.search(path.read_text())
    ]

    assert names
    assert naming == []


def test_only_views_jobs_and_commands_read_the_clock():
    clock = re.compile(r"\bnow\(\)|timezone\.now|datetime\.now|date\.today|time\.time\(")
    # Doors and frames are part of a view; the worker and its lease live by the clock.
    may = re.compile(
        r"(^|/)(views|jobs|commands|management|migrations|tests|bench)(/|\.py)|decorators\.py|middleware\.py|sign_in\.py"
    )
    allowed = {"ledger/worker.py", "ledger/mailing.py", "web/context.py", "base/templatetags/encore.py"}
    allowed |= {"proofs/asking.py", "proofs/trying.py"}  # they set the clock
    allowed |= {"people/device_store.py"}  # a login session ends by the clock, in Django's own store, too
    reading = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if clock.search(path.read_text()) and not may.search(str(path.relative_to(PACKAGE)))
    ]

    assert set(reading) <= allowed
