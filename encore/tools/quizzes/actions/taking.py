"""Taking a test: begin, save, hand in. The server's clock decides; what is done twice is done once."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.completion import complete
from encore.toolkit.grading import publish_grade
from encore.toolkit.models import Item
from encore.toolkit.permission import require
from encore.toolkit.schedule import Dates, dates_in
from encore.toolkit.settings import effective_in
from encore.tools.quizzes.bank import bank_in, questions_in, read_question
from encore.tools.quizzes.content import Draw, Question, Test
from encore.tools.quizzes.errors import CannotBegin, TimeIsUp
from encore.tools.quizzes.marking import attempt_points, counted, mark_answer, points_for
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.paper import Asked, choose, with_passages
from encore.tools.quizzes.questions import type_of

State = Attempt.State
GRACE = timedelta(seconds=10)  # for what was sent in time and came late: a slow line, a clock that is a little behind
BATCH = 200


class Given(NamedTuple):
    """What a page sends about one question. `stamp` rises with each save of the page, so that an older one that comes
    late never overwrites a newer."""

    response: dict[str, Any]
    stamp: int


def options_for(here: Here, test: Item) -> TestOptions:
    """How this test is given to this person here. One query."""
    values = effective_in(here, [test])[test.pk].values
    return TestOptions.model_validate({name: values[name] for name in TestOptions.model_fields})


def begin(here: Here, test: Item, *, code: str = "", dates: Dates | None = None) -> Attempt:
    """The learner's attempt in progress, else a new one. `test`: as `shown_in` gave it; `dates`: where they are known.

    Raises NotAllowed where nothing can be recorded, CannotBegin where the test, its code or its attempts say no.
    """
    require(here, Action.SUBMIT)
    if not here.records:
        raise CannotBegin(_("You are not enrolled here as a learner, so nothing would be recorded."))
    made = _made(here, test)
    if (running := next((a for a in made if a.state == State.OPEN), None)) and not is_over(running, here.at):
        return running
    elif running:
        hand_in(running, at=here.at)  # stays so, even where no other can begin
    options = options_for(here, test)
    dates = dates_in(here, [test]).get(test.pk, Dates()) if dates is None else dates
    if why := why_not_begin(options, dates, len(made), at=here.at):
        raise CannotBegin(why)
    if options.code and code.strip() != options.code:
        error = CannotBegin(_("This is not the access code.") if code else _("This test needs an access code."))
        error.field = "code"
        raise error
    attempt, answers = _new(here, test, options, dates, number=len(made) + 1)
    try:
        return _begin(attempt, answers)
    except IntegrityError:  # a second click, or a second tab, came first: the numbers of attempts differ
        return _made(here, test)[-1]


def why_not_begin(options: TestOptions, dates: Dates, made: int, *, at: datetime) -> str:
    """A sentence that says why no new attempt can begin now; "" if one can."""
    if dates.opens is not None and at < dates.opens:
        return _("This test is not open yet.")
    elif dates.closes is not None and at >= dates.closes:
        return _("This test is closed.")
    elif options.attempts is not None and made >= options.attempts:
        return _("You have used all your attempts.")
    else:
        return ""


@transaction.atomic
def save(attempt: Attempt, given: Mapping[int, Given], *, at: datetime) -> list[int]:
    """Save answers as they are given, by position; returns the positions that were taken. Raises TimeIsUp.

    What was checked already, or saved since by a newer page, stays as it is.
    """
    goes_on = Q(ends_at=None) | Q(ends_at__gte=at - GRACE)
    # Writing takes the attempt: whoever hands it in waits, or has done so and nothing is found here.
    if not Attempt.objects.filter(goes_on, pk=attempt.pk, state=State.OPEN).update(last_at=at):
        raise TimeIsUp(_("The time is up: this was not taken. What you had given before is handed in."))
    taken = []
    for position, one in given.items():
        open_to_it = Answer.objects.filter(attempt=attempt.pk, position=position, stamp__lt=one.stamp, checked=False)
        if open_to_it.update(response=one.response, stamp=one.stamp, saved_at=at):
            taken.append(position)
    return taken


def move_on(attempt: Attempt, page: int) -> None:
    """Remember how far the learner has come, for tests without a way back."""
    Attempt.objects.filter(pk=attempt.pk, place__lt=page).update(place=page)


@transaction.atomic
def hand_in(attempt: Attempt, *, at: datetime) -> Attempt:
    """End an attempt, mark what the key can mark, and publish the grade. Handing in twice is handing in once.

    Whoever comes after the end has handed in at the end: the clock did it.
    """
    among = _locked(attempt)
    attempt = next(one for one in among if one.pk == attempt.pk)
    if attempt.state == State.HANDED_IN:
        return attempt
    attempt.by_clock = is_over(attempt, at)
    attempt.handed_in_at = attempt.ends_at if attempt.by_clock else at
    attempt.state = State.HANDED_IN
    settle(attempt, _mark_by_key(attempt, at=at), at=at, among=among)
    complete(
        attempt.item_id, attempt.version_id, attempt.enrolment, attempt.session_course_id, at=attempt.handed_in_at or at
    )
    return attempt


@transaction.atomic(savepoint=False)
def settle(
    attempt: Attempt, answers: Iterable[Answer], *, at: datetime, among: Sequence[Attempt] | None = None
) -> None:
    """Add up an attempt whose answers were marked, save it, and let the grade follow. `attempt` is locked.

    `among`: all attempts of its learner at its test, where they are at hand.
    """
    attempt.points = attempt_points([answer.points for answer in answers])
    attempt.marked_at = (attempt.marked_at or at) if attempt.points is not None else None
    attempt.save(update_fields=["state", "by_clock", "handed_in_at", "points", "marked_at"])
    _publish(attempt, _all_with(attempt) if among is None else among, at=at)


def _publish(attempt: Attempt, among: Iterable[Attempt], *, at: datetime) -> None:
    """The grade that the attempts of a learner at a test make, by the settings of the latest."""
    rows = sorted((one for one in among if one.state == State.HANDED_IN), key=lambda one: one.number)
    if rows and rows[-1].settings.get("counted", True):
        result = counted([(one.points, one.out_of) for one in rows], rows[-1].settings.get("counts", "best"))
        if result is not None:
            points, out_of = result
            place, item = attempt.session_course_id, attempt.item_id
            publish_grade(attempt.enrolment, session_course=place, item=item, points=points, out_of=out_of, at=at)


def run_out(at: datetime, *, most: int = BATCH) -> int:
    """Hand in what is over. Returns how many attempts it was; `most` at a time."""
    over = Attempt.objects.filter(state=State.OPEN, ends_at__lte=at - GRACE).order_by("ends_at")
    for attempt in (found := list(over.select_related("enrolment")[:most])):
        hand_in(attempt, at=at)
    return len(found)


def is_over(attempt: Attempt, at: datetime) -> bool:
    """Whether the time is up, with a little patience for the line."""
    return attempt.ends_at is not None and at > attempt.ends_at + GRACE


def _made(here: Here, test: Item) -> list[Attempt]:
    """The learner's attempts at a test, the first one first. Asked without a lock: their numbers keep them apart."""
    made = _MADE(session=here.session.pk, enrolment=here.enrolment.pk, item=test.pk)  # type: ignore[union-attr]
    for attempt in made:
        attempt.enrolment = here.enrolment
    return made


def _attempts(session: int, enrolment: int, item: int) -> QuerySet[Attempt]:
    return Attempt.objects.filter(session=session, enrolment=enrolment, item=item).order_by("number")


_MADE = Prepared(_attempts)


def _all_with(attempt: Attempt) -> QuerySet[Attempt]:
    """All of its learner at its test."""
    return _attempts(attempt.session_id, attempt.enrolment_id, attempt.item_id)


def _locked(attempt: Attempt) -> list[Attempt]:
    """All of its learner at its test, locked: together they make the grade."""
    found = list(_all_with(attempt).select_for_update(of=("self",)))
    for one in found:
        one.enrolment = attempt.enrolment
    return found


@transaction.atomic
def _begin(attempt: Attempt, answers: Sequence[Answer]) -> Attempt:
    attempt.save(force_insert=True)
    for answer in answers:
        answer.attempt = attempt
    Answer.objects.bulk_create(answers, batch_size=BATCH)
    return attempt


def _new(here: Here, test: Item, options: TestOptions, dates: Dates, *, number: int) -> tuple[Attempt, list[Answer]]:
    """An attempt and its answers, not saved yet."""
    seed = secrets.randbits(48)
    answers, _items = build_answers(here, Test.read(test.content), Random(seed), options)  # noqa: S311
    if not answers:
        raise CannotBegin(_("This test has no questions yet."))
    attempt = Attempt(
        session=here.session,
        session_course=here.session_course,
        enrolment=here.enrolment,
        item_id=test.pk,
        version_id=test.version_id,
        number=number,
        settings=options.model_dump(mode="json"),
        seed=seed,
        started_at=here.at,
        last_at=here.at,
        ends_at=ends_at(options, dates, here.at),
        out_of=sum((answer.out_of for answer in answers), Decimal(0)),
    )
    return attempt, answers


def build_answers(here: Here, test: Test, rng: Random, options: TestOptions) -> tuple[list[Answer], dict[UUID, Item]]:
    """The questions of one attempt as answers not saved yet, in order, and the items they come from."""
    asked, items = _paper(here, test, rng, shuffle=options.shuffle_questions)
    contents = {uuid: read_question(item) for uuid, item in items.items()}
    answers = [
        _answer(here, position, one, items, contents[one.question], rng, options)
        for position, one in enumerate(asked, start=1)
    ]
    return answers, items


def ends_at(options: TestOptions, dates: Dates, at: datetime) -> datetime | None:
    """When an attempt that begins now is over: by its minutes, and at the latest when the test closes."""
    ends = [dates.closes] if dates.closes is not None else []
    if options.minutes is not None:
        ends.append(at + timedelta(seconds=float(options.minutes * 60 * options.time_factor)))
    return min(ends, default=None)


def _paper(here: Here, test: Test, rng: Random, *, shuffle: bool) -> tuple[list[Asked], dict[UUID, Item]]:
    """What is asked, and the items of all that are asked or read. Three queries at most."""
    draws = any(isinstance(part, Draw) for section in test.sections for part in section.parts)
    chosen = choose(test, bank_in(here) if draws else None, rng, shuffle=shuffle)
    items = questions_in(here, [one.question for one in chosen])
    chosen = [one for one in chosen if one.question in items]
    inner = [
        uuid
        for item in items.values()
        for uuid in (read_question(item).body.questions if _is_passage(item) else ())  # type: ignore[union-attr]
    ]
    if inner:
        items |= questions_in(here, [uuid for uuid in inner if uuid not in items])
    return with_passages(chosen, lambda uuid: read_question(items[uuid]) if uuid in items else None), items


def _is_passage(item: Item) -> bool:
    return item.content["body"]["type"] == "passage"


def _answer(
    here: Here,
    position: int,
    one: Asked,
    items: Mapping[Any, Item],
    question: Question,
    rng: Random,
    options: TestOptions,
) -> Answer:
    item = items[one.question]
    return Answer(
        session=here.session,
        session_course=here.session_course,
        enrolment=here.enrolment,
        item_id=item.pk,
        version_id=item.version_id,
        passage_id=items[one.passage].version_id if one.passage else None,
        position=position,
        section=one.section,
        out_of=question.points if one.points is None else one.points,
        drawn=type_of(question.body).draw(question.body, rng, shuffle=options.shuffle_answers),
    )


def _mark_by_key(attempt: Attempt, *, at: datetime) -> list[Answer]:
    """What the key can mark: by the version that was shown. All answers of the attempt."""
    negative = bool(attempt.settings.get("negative"))
    answers = _ANSWERS(attempt=attempt.pk)
    waiting = [answer for answer in answers if answer.points is None]
    for answer in waiting:
        marked = mark_answer(Question.read(answer.version.content), answer.drawn, answer.response, negative=negative)
        answer.points, answer.key_id = points_for(marked, answer.out_of), answer.version_id
        answer.marked_at = at if answer.points is not None else None
    if waiting:
        _write_marks(attempt, waiting, at=at)
    return answers


def _write_marks(attempt: Attempt, waiting: Iterable[Answer], *, at: datetime) -> None:
    """Of all answers without points, in one statement: by the few figures there are, not answer by answer."""
    whose: dict[Decimal | None, list[int]] = defaultdict(list)
    for answer in waiting:
        whose[answer.points].append(answer.pk)
    left, figure = whose.pop(None, []), Answer._meta.get_field("points")
    points = [When(pk__in=ids, then=Value(points, figure)) for points, ids in whose.items()]
    Answer.objects.filter(attempt=attempt.pk, points=None).update(
        points=Cast(Case(*points, output_field=figure), figure) if points else None,
        key=F("version"),
        marked_at=Case(When(pk__in=left, then=None), default=Value(at), output_field=DateTimeField()) if left else at,
    )


_ANSWERS = Prepared(
    lambda attempt: Answer.objects.filter(attempt=attempt).select_related("version").order_by("position")
)


def unanswered(answers: Iterable[Answer]) -> int:
    """How many questions of an attempt were left open, in part or whole."""
    return sum(
        not answer.response
        or not type_of(body := Question.read(answer.version.content).body).is_complete(body, answer.response)
        for answer in answers
    )
