"""Writing with the bank: questions put into a test or under a text to read, copied, moved to a category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Draft, Item
from encore.toolkit.publishing import create_item, move, write
from encore.toolkit.registry import kind_named, tool_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.writing import Writing, find, find_or_begin, folders_for
from encore.tools.quizzes.bank import QUESTION, known_in
from encore.tools.quizzes.content import Fixed, Question, Section, Test
from encore.tools.quizzes.forms.rows import new_key

LONGEST_TITLE = 250


@transaction.atomic
def put_in(here: Here, into: UUID, questions: Sequence[UUID], *, section: str = "") -> int:
    """Let a test ask these questions, in a section (the last one, if it has none of this id), or put them under a text
    to read. Lands in the draft. How many were new there; 404 where there is nothing to write."""
    Item.objects.select_for_update(of=("self",)).filter(uuid=into).first()
    writing = find_or_begin(here, tool_named("quizzes"), into, kind="", inside="")
    content, before = _content(writing), _asked(writing)
    known = known_in(here, only=questions) if questions else {}
    new = [uuid for uuid in dict.fromkeys(questions) if uuid in known and uuid not in before and uuid != into]
    if isinstance(content, Test):
        content = _with(content, [Fixed(question=uuid) for uuid in new], section)
    elif isinstance(content, Question) and content.body.type == "passage":
        new = [uuid for uuid in new if known[uuid].type != "passage"]
        body = content.body.model_copy(update={"questions": [*content.body.questions, *new]})
        content = Question.model_validate(content.model_copy(update={"body": body}).model_dump())
    if new:
        facts: dict[str, Any] = {
            "title": writing.title,
            "content": content,
            "stamp": writing.stamp,
            "seen": writing.seen,
        }
        write(here, writing.kind.name, into, **facts)
    return len(new)


@transaction.atomic
def copy_question(here: Here, uuid: UUID) -> Draft:
    """A draft that says the same as this question, beside it."""
    writing = find(here, tool_named("quizzes"), uuid)
    content = writing.content
    if not isinstance(content, Question):
        raise NotAllowed(_("Only questions can be copied here."))
    title = _("%(title)s (copy)") % {"title": writing.title[: LONGEST_TITLE - 20]}
    parent = next((one for one in folders_for(here, kind_named(QUESTION)) if one.pk == writing.parent_id), None)
    return create_item(here, QUESTION, title=title[:LONGEST_TITLE], content=content, parent=parent, key=uuid4())


@transaction.atomic
def move_questions(here: Here, questions: Sequence[UUID], category: Item | None) -> int:
    """Put questions into a category, or into none. In a session only its own; how many were moved."""
    items = [
        item
        for item in shown_in(here, kind=QUESTION, hidden=True).filter(uuid__in=list(questions))
        if here.session_course is None or item.session_course_id is not None
    ]
    new = Item.objects.filter(
        uuid__in=list(questions), drafts__session_course=here.session_course, lines=None, course=here.course
    )
    if items or new:
        move([*items, *new], here, parent=category)
    return len(items) + len(new)


def _content(writing: Writing) -> Test | Question:
    content = writing.content
    if isinstance(content, Test) or (isinstance(content, Question) and content.body.type == "passage"):
        return content
    raise NotAllowed(_("Questions can be put into a test, or under a text to read."))


def _asked(writing: Writing) -> set[UUID]:
    content = writing.content
    if isinstance(content, Test):
        return {part.question for section in content.sections for part in section.parts if isinstance(part, Fixed)}
    elif isinstance(content, Question) and content.body.type == "passage":
        return set(content.body.questions)
    else:
        return set()


def _with(test: Test, parts: Sequence[Fixed], section: str) -> Test:
    sections = list(test.sections) or [Section(id=new_key())]
    at = next((n for n, one in enumerate(sections) if one.id == section), len(sections) - 1)
    sections[at] = sections[at].model_copy(update={"parts": [*sections[at].parts, *parts]})
    return Test.model_validate(test.model_copy(update={"sections": sections}).model_dump())
