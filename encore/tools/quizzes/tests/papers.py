"""A bank of questions and tests made of them, for the tests of taking and marking."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from encore.courses.context import Here, here_for
from encore.toolkit.models import Item
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.tools.quizzes.content import Question


def choice(right: str = "a", **facts: Any) -> dict[str, Any]:
    """A single choice among a, b and c; one of them is right."""
    options = [{"id": key, "text": f"Option {key}", "fraction": "1" if key == right else "0"} for key in "abc"]
    return {"text": "Which?", "body": {"type": "single", "options": options}, **facts}


ESSAY = {"text": "Why?", "body": {"type": "essay"}, "points": "4"}


@pytest.fixture
def ask(write) -> Callable[..., Item]:
    """ask(here, "Capitals", choice("b"), parent=category) → a published question."""

    def make(here: Here, title: str, content: dict[str, Any], *, parent: Item | None = None) -> Item:
        return write(here, title, kind="question", parent=parent, **Question.read(content).model_dump())

    return make


@pytest.fixture
def make_test(write) -> Callable[..., Item]:
    """make_test(here, "Final", [q1, q2], minutes=10) → a published test that asks these; options as settings."""

    def make(here: Here, title: str, questions: list[Item], *, parts: list[Any] = (), **options: Any) -> Item:
        fixed = [{"type": "fixed", "question": str(question.uuid)} for question in questions]
        item = write(here, title, kind="test", sections=[{"id": "s1", "parts": [*fixed, *parts]}])
        moments = {name: options.pop(name, None) for name in ("opens", "due", "closes")}
        if options or any(moments.values()):
            set_settings(item, here, **moments, options=options)
        return item

    return make


@pytest.fixture
def shown() -> Callable[[Here, Item], Item]:
    """shown(here, item) → the item as it shows here."""
    return lambda here, item: shown_in(here).get(pk=item.pk)


@pytest.fixture
def later() -> Callable[..., Here]:
    """later(here, minutes=5) → the same person in the same place, a while later."""

    def move(here: Here, **ahead: float) -> Here:
        code = here.course.code if here.course else None
        return here_for(here.person, at=here.at + timedelta(**ahead), session=here.session.pk, code=code)

    return move
