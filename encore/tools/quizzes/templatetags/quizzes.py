"""Points, marks and gaps, for the templates of tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.html import plain_text
from encore.base.templatetags.encore import state
from encore.courses.context import Here
from encore.toolkit.models import ItemException, Version
from encore.toolkit.rich_text import text_for
from encore.tools.quizzes.composing import Composition, compose
from encore.tools.quizzes.content import Gap, Question, Test
from encore.tools.quizzes.marking import mark_answer
from encore.tools.quizzes.models import Answer, AnswerFile
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.questions import type_of
from encore.tools.quizzes.sheet import Row, Sheet

register = template.Library()

COUNTS = {
    "best": lambda: _("The best counts."),
    "last": lambda: _("The last counts."),
    "first": lambda: _("The first counts."),
    "average": lambda: _("Their average counts."),
}


@register.filter
def points(value: Decimal | None) -> str:
    """Points without needless zeros: 2, 1.5, 0.33."""
    if value is None:
        return "–"
    rounded = round(value, 2).normalize()
    return number_format(format(rounded + 0, "f"))


@register.filter
def exact(value: Decimal | None) -> str:
    """Points as a field holds them: every digit, a point between; "" for none."""
    return "" if value is None else format(value.normalize() + 0, "f")


@register.simple_tag
def minutes(options: TestOptions) -> str:
    total = int((options.minutes or 0) * options.time_factor)
    return ngettext("%(n)d minute", "%(n)d minutes", total) % {"n": total}


@register.simple_tag
def counts(options: TestOptions) -> str:
    return COUNTS[options.counts]()


@register.simple_tag
def right_or_wrong(answer: Answer) -> SafeString:
    """A word for what an answer got: right, in part, wrong, or open."""
    if not answer.response:
        return state("not_answered")
    elif answer.points is not None and answer.points >= answer.out_of:
        return state("right")
    elif answer.points is not None and answer.points > 0:
        return state("partly_right")
    else:
        return state("wrong")


@register.filter
def feedback(row: Row) -> list[str]:
    """What the author wrote for this answer, and for everybody."""
    if row.answer.points is None:
        return []
    key = row.answer.key or row.answer.version
    question = Question.read(key.content)
    said = list(mark_answer(question, row.answer.drawn, row.response, negative=True).feedback)
    return [text for text in (*said, question.feedback) if text]


@register.filter
def marks(given: Mapping[str, Any] | None, key: str) -> Any:
    """What was given for one part; None where nothing was."""
    return (given or {}).get(key)


@register.filter
def place_of(order: list[str] | None, key: str) -> int | None:
    """The place (from 1) of a step in the order given."""
    return order.index(key) + 1 if order and key in order else None


@register.filter
def numbers(count: int) -> range:
    return range(1, count + 1)


@register.filter
def files_of(answer: Answer) -> list[AnswerFile]:
    return [file for file in answer.files.all() if file.removed_at is None] if answer.pk else []


@register.filter
def all_complete(rows: Iterable[Row]) -> bool:
    return all(row.is_complete for row in rows)


@register.simple_tag
def page_with(sheet: Sheet, row: Row) -> int:
    """The page of the attempt on which a question stands, from 1."""
    from encore.tools.quizzes.sheet import cut

    pages = cut(sheet.rows, sheet.test, sheet.attempt.settings.get("paging", "all"))
    return next(n for n, page in enumerate(pages, start=1) if row in page)


@register.filter
def by_section(sheet: Sheet) -> list[dict[str, Any]]:
    """What was got in each section of the test."""
    titles = {section.id: section.title for section in sheet.test.sections}
    found: dict[str, dict[str, Any]] = {}
    for row in sheet.rows:
        nothing = {"title": titles.get(row.answer.section) or _("Without a title"), "points": Decimal(0)}
        part = found.setdefault(row.answer.section, {**nothing, "out_of": Decimal(0)})
        part["points"] += row.answer.points or 0
        part["out_of"] += row.answer.out_of
    return list(found.values())


@register.simple_tag
def gap_text(row: Row, here: Here, filled: bool = False) -> SafeString:
    """The text with a field in each gap, or (`filled`) with what was given there."""
    given = row.response.get("gaps", {})
    parts = []
    for number, (text, gap) in enumerate(row.ask["pieces"], start=1):
        parts.append(_piece(text, here))
        if gap is not None:
            said = given.get(gap.id, "")
            parts.append(_given(said) if filled else _field(row, gap, said, number))
    return mark_safe("".join(parts))  # noqa: S308  each part is cleaned or escaped by itself


def _piece(text: str, here: Here) -> str:
    """A piece of cleaned HTML may open what a later piece closes, so it is resolved and not cleaned again."""
    return text if "<" not in text or ("file:" not in text and "item:" not in text) else text_for(here, text)


def _field(row: Row, gap: Gap, said: str, number: int) -> SafeString:
    name, label = f"{row.prefix}-{gap.id}", _("Gap %(n)d") % {"n": number}
    if gap.choices:
        options = format_html_join(
            "",
            "<option{}>{}</option>",
            ((SafeString(" selected") if choice == said else "", choice) for choice in gap.choices),
        )
        return format_html(
            '<select name="{}" aria-label="{}"><option value="">…</option>{}</select>', name, label, options
        )
    size = max(6, min(40, max(len(one.text) for one in gap.accepted) + 2))
    return format_html(
        '<input type="text" name="{}" value="{}" size="{}" maxlength="500" aria-label="{}" autocomplete="off">',
        name,
        said,
        size,
        label,
    )


def _given(said: str) -> SafeString:
    return format_html('<mark class="gap-given">{}</mark>', said or "–")


@register.simple_tag
def composition(content: Test, here: Here) -> Composition:
    """What a test asks and brings, for who writes it."""
    return compose(here, content)


@register.simple_tag
def as_asked(content: Question) -> dict[str, Any]:
    """A question as a learner would meet it, drawn once and unmixed, with what its author said about answers."""
    version, kind = Version(content=content.stored()), type_of(content.body)
    drawn = kind.draw(content.body, Random(1), shuffle=False)  # noqa: S311
    answer = Answer(version=version, position=1, out_of=content.points, drawn=drawn, response={}, section="")
    is_passage = content.body.type == "passage"
    key = "" if is_passage else kind.key(content.body, drawn)
    return {"row": Row(answer, 1), "is_passage": is_passage, "key": key, "said": list(_said(content))}


def _said(content: Question) -> Iterable[tuple[str, str]]:
    """The feedback and the guidance that a question holds, each with what it is about."""
    body: Any = content.body
    for name in ("options", "statements", "accepted", "values"):
        for part in getattr(body, name, ()):
            if part.feedback:
                about = getattr(part, "text", None) or str(getattr(part, "value", ""))
                yield _("Feedback: %(about)s") % {"about": Truncator(plain_text(about)).chars(60)}, part.feedback
    if content.feedback:
        yield _("Feedback for everybody"), content.feedback
    if getattr(body, "guidance", ""):
        yield _("For those who mark"), body.guidance


@register.simple_tag
def differences(exception: ItemException) -> str:
    """What an exception changes, in a line."""
    words = {"opens": _("opens"), "due": _("due"), "closes": _("closes"), "time_factor": _("time factor")}
    words |= {"minutes": _("minutes"), "attempts": _("attempts")}
    given = {name: getattr(exception, name) for name in ("opens", "due", "closes")} | exception.options
    return ", ".join(f"{words.get(name, name)}: {value}" for name, value in given.items() if value is not None)
