"""Takes grades in from a file: first a plan of what would change, then all of it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.courses.rules import Action
from encore.ledger.actions import record, start_job
from encore.ledger.models import Job, Plan, PlanRow
from encore.toolkit.grading_many import NewGrade, change_grades, lock_grades
from encore.toolkit.models import GradeChange
from encore.toolkit.permission import require
from encore.toolkit.totals import GradeBook, book_in
from encore.tools.gradebook.judging import Verdict, judge
from encore.tools.gradebook.queries import learners_in
from encore.tools.gradebook.reading import Told, read_grades

KIND = "grades"  # of plans
JOB = "bring grades"
AT_ONCE = 2000  # so many are written while the browser waits; more by the worker
BATCH = 1000
Does = PlanRow.Action
State = Plan.State


def plans_in(here: Here) -> QuerySet[Plan]:
    """One's own plans for this course of a session."""
    plans = Plan.objects.filter(kind=KIND, by=here.person, options__place=here.session_course.pk)
    return plans.select_related("job", "by")


@transaction.atomic
def read_in(here: Here, file: BinaryIO, name: str) -> Plan:
    """Read a file and store what it would change. Raises FileRefused. The file is not kept."""
    require(here, Action.MARK)
    enrolments = list(learners_in(here))
    book = book_in(here, enrolments)
    told, notes = read_grades(file, book, enrolments)
    rows = [row for one in told for row in _rows_of(one, book)]
    options = {
        "place": here.session_course.pk,
        "session": here.session.pk,
        "course": here.course.code,
        "learners": sum(one.enrolment is not None for one in told),
        **_counted(rows),
    }
    plan = Plan.objects.create(kind=KIND, title=name[:200], options=options, notes=notes, by=here.person, at=here.at)
    for row in rows:
        row.plan = plan
    PlanRow.objects.bulk_create(rows, batch_size=BATCH)
    _record("make plan", plan, here)
    return plan


def _rows_of(told: Told, book: GradeBook) -> list[PlanRow]:
    """One for each grade that changes or is refused; where none does, one for the learner."""
    if told.enrolment is None:
        return [PlanRow(line=told.line, action=Does.REFUSE, subject=told.name, reasons=[told.problem])]
    rows = []
    for item, text in told.cells:
        verdict = judge(text, item, book.grades.get((told.enrolment.pk, item.pk)), frozen=book.sign_off is not None)
        if verdict.does != Does.NOTHING:
            rows.append(PlanRow(line=told.line, subject=f"{told.name}: {item.title}"[:300]))
            # As it was understood: words of one language may mean nothing to the worker.
            meant = verdict.after if verdict.does == Does.CHANGE else text[:100]
            _tell(rows[-1], verdict, {"enrolment": told.enrolment.pk, "item": item.pk, "text": meant})
    return rows or [PlanRow(line=told.line, action=Does.NOTHING, subject=told.name)]


def _tell(row: PlanRow, verdict: Verdict, facts: Mapping[str, Any]) -> None:
    row.action = verdict.does
    row.reasons = [verdict.why] if verdict.why else _remarks(verdict)
    row.data = {**facts, "verdict": verdict.stored()}


def _remarks(verdict: Verdict) -> list[str]:
    remarks = []
    if verdict.override:
        remarks.append(_("In the place of what the tool says"))
    if verdict.excused is False:
        remarks.append(_("No longer excused"))
    return remarks


def _counted(rows: Iterable[PlanRow]) -> dict[str, Any]:
    """What the page says of the plan, counted while it is at hand."""
    rows = list(rows)
    return {"counts": dict(Counter(str(row.action) for row in rows)), "reason": any(_needs_reason(row) for row in rows)}


def _needs_reason(row: PlanRow) -> bool:
    verdict = row.data.get("verdict", {})
    return row.action == Does.CHANGE and bool(verdict.get("override") or verdict.get("excused") is not None)


# Doing it


@transaction.atomic
def start_bringing(plan: Plan, here: Here, *, reason: str, skip_refused: bool) -> Job | None:
    """Do what the plan says: now, or as a job where it is much. Twice at the same moment does it once."""
    require(here, Action.MARK)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.READY:
        return plan.job
    refused = plan.options["counts"].get(Does.REFUSE, 0)
    if refused and not skip_refused:
        raise CannotDo(
            ngettext(
                "%(count)d line is refused, so nothing is taken in. Skip it, or mend the file.",
                "%(count)d lines are refused, so nothing is taken in. Skip them, or mend the file.",
                refused,
            )
            % {"count": refused}
        )
    if plan.options["reason"] and not reason.strip():
        raise CannotDo(_("Say why: the reason stays beside each grade that is put in the place of another."))
    changes = plan.options["counts"].get(Does.CHANGE, 0)
    plan.options = {**plan.options, "because": reason.strip()[:300]}
    if changes > AT_ONCE:
        plan.state = State.APPLYING
        plan.job = start_job(JOB, {"plan": plan.pk, "by": here.person.pk}, by=here.person, at=here.at, total=changes)
    plan.save(update_fields=["state", "job", "options"])
    if plan.state == State.READY:
        bring_in(plan, here)
    return plan.job


@transaction.atomic
def bring_in(plan: Plan, here: Here) -> str:
    """Write what the plan says, all of it or nothing. If a grade has changed since it was read, nothing is written: the
    plan then tells what is true now, and waits to be looked at."""
    lock_grades(here)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state not in (State.READY, State.APPLYING):
        return result_words(plan)
    enrolments = {one.pk: one for one in learners_in(here)}
    book = book_in(here, list(enrolments.values()))
    rows = list(plan.rows.exclude(action=Does.NOTHING).order_by("line", "id"))
    looked = [_Looked(row, book, enrolments) for row in rows if "item" in row.data]
    moved = [one for one in looked if one.moved]
    if moved:
        return _ask_again(plan, here, moved)
    news = [one.new for one in looked if one.verdict.does == Does.CHANGE]
    change_grades(here, news, reason=plan.options.get("because", ""))
    plan.state, plan.applied_at = State.APPLIED, here.at
    plan.options = {**plan.options, "written": len(news), "moved": 0}
    plan.save(update_fields=["state", "applied_at", "options"])
    plan.rows.filter(action=Does.CHANGE).update(done=True)
    _record("apply plan", plan, here, rows=len(news))
    return result_words(plan)


@dataclass
class _Looked:
    """A row of a plan, with what is true of it now."""

    row: PlanRow
    book: GradeBook
    enrolments: Mapping[int, Enrolment]

    def __post_init__(self) -> None:
        data = self.row.data
        self.enrolment = self.enrolments.get(data["enrolment"])
        self.item = next((item for item in self.book.items if item.pk == data["item"]), None)
        self.verdict = self._verdict()

    def _verdict(self) -> Verdict:
        if self.enrolment is None:
            return Verdict(Does.REFUSE, _("This learner takes part here no longer."))
        if self.item is None:
            return Verdict(Does.REFUSE, _("This column is here no longer."))
        grade = self.book.grades.get((self.enrolment.pk, self.item.pk))
        return judge(self.row.data["text"], self.item, grade, frozen=self.book.sign_off is not None)

    @property
    def moved(self) -> bool:
        """Whether the plan says something else; why something is refused may be said in another language."""
        before, now = self.row.data["verdict"], self.verdict.stored()
        return any(before[name] != now[name] for name in ("does", "before", "points", "override", "excused"))

    @property
    def new(self) -> NewGrade:
        assert self.enrolment is not None and self.item is not None
        verdict = self.verdict
        return NewGrade(self.enrolment, self.item, verdict.points, verdict.override, verdict.excused)


def _ask_again(plan: Plan, here: Here, moved: Sequence[_Looked]) -> str:
    whose = _changed_by(here, moved)
    for one in moved:
        name = whose.get((one.row.data["enrolment"], one.row.data["item"]))
        was = one.row.data["verdict"]["before"]
        _tell(one.row, one.verdict, {word: one.row.data[word] for word in ("enrolment", "item", "text")})
        if name:
            told = _("%(name)s changed this in the meantime; it was %(before)s.")
            one.row.reasons = [told % {"name": name, "before": was or "–"}, *one.row.reasons]
    PlanRow.objects.bulk_update([one.row for one in moved], ["action", "reasons", "data"], batch_size=BATCH)
    plan.state = State.READY
    plan.options = {**plan.options, **_counted(plan.rows.all()), "moved": len(moved)}
    plan.save(update_fields=["state", "options"])
    return moved_words(plan)


def _changed_by(here: Here, moved: Sequence[_Looked]) -> dict[tuple[int, int], str]:
    """Who changed each of these grades last, by learner and item."""
    changes = GradeChange.objects.filter(grade__session_course=here.session_course)
    changes = changes.filter(grade__enrolment__in={one.row.data["enrolment"] for one in moved})
    last = changes.order_by().values("grade").annotate(last=Max("pk")).values("last")
    rows = GradeChange.objects.filter(pk__in=last).select_related("grade", "by")
    return {(c.grade.enrolment_id, c.grade.item_id): str(c.by.name if c.by else _("The tool")) for c in rows}


@transaction.atomic
def discard(plan: Plan, here: Here) -> None:
    """Put a plan away; what it holds of the file is erased."""
    require(here, Action.MARK)
    if Plan.objects.filter(pk=plan.pk, state__in=[State.READY, State.STALE]).update(state=State.DISCARDED):
        plan.rows.all().delete()
        _record("discard plan", plan, here)


def result_words(plan: Plan) -> str:
    count = plan.options.get("written", 0)
    return ngettext("%(count)d grade was changed.", "%(count)d grades were changed.", count) % {"count": count}


def moved_words(plan: Plan) -> str:
    count = plan.options.get("moved", 0)
    words = ngettext(
        "%(count)d grade was changed by somebody else since the file was read. Nothing was taken in: look at what "
        "would change now, and take it in then.",
        "%(count)d grades were changed by somebody else since the file was read. Nothing was taken in: look at what "
        "would change now, and take it in then.",
        count,
    )
    return words % {"count": count}


def _record(verb: str, plan: Plan, here: Here, **facts: Any) -> None:
    facts = {"kind": KIND, "course": here.course.pk, **facts}
    record(verb, plan, by=here.person, at=here.at, session_id=here.session.pk, changes=facts)
