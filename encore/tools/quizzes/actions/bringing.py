"""Brings questions of a file into the bank: first a plan of what would come, then all of it, or nothing."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.reading.errors import FileRefused
from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.ledger.actions import record, start_job
from encore.ledger.models import Job, Plan, PlanRow
from encore.toolkit.files import BadFile, store, use_file
from encore.toolkit.models import Draft, Item, StoredFile
from encore.toolkit.permission import require, require_publisher
from encore.toolkit.publishing import NewItem, create_item, create_items, publish
from encore.tools.quizzes.alike import categories_in, paths_in, print_of, prints_in
from encore.tools.quizzes.bank import CATEGORY, QUESTION
from encore.tools.quizzes.content import Question, QuestionCategory
from encore.tools.quizzes.formats.found import Found
from encore.tools.quizzes.formats.reading import FORMATS, read_questions

KIND = "questions"  # of plans
JOB = "bring questions"
AT_ONCE = 500  # so many are written while the browser waits; more by the worker
LONGEST_NAME = 250
BATCH = 500
Does = PlanRow.Action
State = Plan.State


class CannotBring(CannotDo):
    """The plan cannot be done as it is."""


def plans_in(here: Here) -> QuerySet[Plan]:
    """One's own plans for this place."""
    return Plan.objects.filter(kind=KIND, by=here.person, options__place=_place(here)).select_related("job", "by")


@transaction.atomic
def read_in(here: Here, file: BinaryIO, name: str, *, format: str = "", into: Item | None = None) -> Plan:
    """Read a file and store what would come into the bank, below a category if one is named. Raises FileRefused.

    The file is not kept; the pictures that its questions show are.
    """
    require(here, Action.ADD_ITEM)
    found, format = read_questions(file, format)
    above = paths_in(here)[into.pk] if into else ()
    rows = list(_rows(here, found.questions, above))
    rows += [
        PlanRow(line=one.line, action=Does.REFUSE, subject=one.title[:300], reasons=[one.reason])
        for one in found.refused
    ]
    options = {
        "place": _place(here),
        "session": here.session.pk if here.session else None,
        "course": here.course.code,
        "format": format,
        "counts": dict(Counter(row.action for row in rows)),
    }
    plan = Plan.objects.create(
        kind=KIND, title=name[:200], options=options, notes=found.notes, by=here.person, at=here.at
    )
    for row in rows:
        row.plan = plan
    PlanRow.objects.bulk_create(sorted(rows, key=lambda row: row.line), batch_size=BATCH)
    _record("make plan", plan, here)
    return plan


def _rows(here: Here, questions: Iterable[Found], above: Sequence[str]) -> Iterable[PlanRow]:
    there, lines = prints_in(here), dict[str, int]()
    for one in questions:
        path = [name[:LONGEST_NAME] for name in (*above, *one.category)]
        files = {str(file.uuid): _stored(here, one, file.name, file.data) for file in one.files}
        mark = print_of(path, one.title, one.content, partial(_digest, files))
        if mark in there:
            does, why = Does.NOTHING, [_("It is in the bank already.")]
        elif mark in lines:
            does, why = Does.NOTHING, [_("The same stands on line %(line)d.") % {"line": lines[mark]}]
        else:
            does, why = Does.ADD, list(one.notes)
        lines.setdefault(mark, one.line)
        kept: dict[str, Any] = {"type": one.content.body.type, "category": path}
        if does == Does.ADD:
            names = {str(file.uuid): file.name for file in one.files}
            uses = [{"uuid": uuid, "name": names[uuid], "file": stored.pk} for uuid, stored in files.items()]
            kept |= {"title": one.title, "content": one.content.stored(), "files": uses, "print": mark}
        yield PlanRow(line=one.line, action=does, subject=one.title[:300], reasons=why, data=kept)


def _stored(here: Here, one: Found, name: str, data: bytes) -> StoredFile:
    try:
        return store(File(io.BytesIO(data), name=name), at=here.at)
    except BadFile as error:
        raise FileRefused(
            _("Line %(line)d, “%(name)s”: %(why)s") % {"line": one.line, "name": name[:80], "why": error}
        ) from None


def _digest(files: dict[str, StoredFile], name: str) -> str:
    return files[name].sha256 if name in files else name


# Doing it


@transaction.atomic
def start_bringing(plan: Plan, here: Here, *, publishes: bool, skip_refused: bool, at_once: bool = False) -> Job | None:
    """Do what the plan says: now, or as a job where it is much and not meant `at_once`. Twice at the same moment does
    it once."""
    require(here, Action.ADD_ITEM)
    if publishes:
        require_publisher(here)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.READY:
        return plan.job
    counts = plan.options["counts"]
    if counts.get(Does.REFUSE) and not skip_refused:
        raise CannotBring(
            ngettext(
                "%(count)d question is refused, so nothing is brought in. Skip it, or mend the file.",
                "%(count)d questions are refused, so nothing is brought in. Skip them, or mend the file.",
                counts[Does.REFUSE],
            )
            % {"count": counts[Does.REFUSE]}
        )
    total = counts.get(Does.ADD, 0)
    plan.options = {**plan.options, "publishes": publishes}
    if total > AT_ONCE and not at_once:
        plan.state = State.APPLYING
        plan.job = start_job(JOB, {"plan": plan.pk, "by": here.person.pk}, by=here.person, at=here.at, total=total)
    plan.save(update_fields=["state", "job", "options"])
    if plan.state == State.READY:
        bring_in(plan, here)
    return plan.job


@transaction.atomic
def bring_in(plan: Plan, here: Here) -> str:
    """Write what the plan says, all of it or nothing. What has come into the bank since is not written again."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state not in (State.READY, State.APPLYING):
        return result_words(plan)
    there = prints_in(here)
    rows = [row for row in plan.rows.filter(action=Does.ADD).order_by("line", "id") if row.data["print"] not in there]
    categories = _Categories(here)
    drafts = _written(rows, here, categories)
    if plan.options["publishes"] and drafts:
        publish([*categories.made, *drafts], here, note=_("From the file “%(name)s”.") % {"name": plan.title[:200]})
    plan.state, plan.applied_at = State.APPLIED, here.at
    plan.options = {**plan.options, "written": len(drafts)}
    plan.save(update_fields=["state", "applied_at", "options"])
    _forget(plan)
    _record("apply plan", plan, here, rows=len(drafts), published=plan.options["publishes"])
    return result_words(plan)


@transaction.atomic
def discard(plan: Plan, here: Here) -> None:
    """Put a plan away; what it holds of the file is erased."""
    if Plan.objects.filter(pk=plan.pk, state__in=[State.READY, State.STALE]).update(state=State.DISCARDED):
        plan.rows.update(data={})
        _record("discard plan", plan, here)


def result_words(plan: Plan) -> str:
    count = plan.options.get("written", 0)
    if plan.options.get("publishes"):
        words = ngettext("%(count)d question is in the bank now.", "%(count)d questions are in the bank now.", count)
    else:
        words = ngettext("%(count)d draft is in the bank now.", "%(count)d drafts are in the bank now.", count)
    return words % {"count": count}


def _written(rows: Sequence[PlanRow], here: Here, categories: _Categories) -> list[Draft]:
    new = [
        NewItem(row.data["title"], Question.read(row.data["content"]), categories.at(row.data["category"]))
        for row in rows
    ]
    drafts = create_items(here, QUESTION, new)
    stored = StoredFile.objects.in_bulk({use["file"] for row in rows for use in row.data["files"]})
    for row, draft in zip(rows, drafts, strict=True):
        for use in row.data["files"]:
            use_file(stored[use["file"]], draft, name=use["name"], uuid=UUID(use["uuid"]))
    return drafts


def _forget(plan: Plan) -> None:
    """What the page still shows is kept, the questions themselves are not."""
    rows = list(plan.rows.filter(action=Does.ADD))
    for row in rows:
        row.data = {name: row.data[name] for name in ("type", "category")}
        row.done = True
    PlanRow.objects.bulk_update(rows, ["data", "done"], batch_size=BATCH)


class _Categories:
    """The categories of a place by their names, made where there are none. `made`: the drafts of those."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.made: list[Draft] = []
        self.known: dict[tuple[int | None, str], Item] = {}
        for item in categories_in(here):
            self.known.setdefault((item.parent_id, item.title.casefold()), item)

    def at(self, path: Sequence[str]) -> Item | None:
        """The category at the end of the path; None for no path."""
        item: Item | None = None
        for name in path:
            key = (item.pk if item else None, name.casefold())
            if key not in self.known:
                self.known[key] = self._make(name, item)
            item = self.known[key]
        return item

    def _make(self, name: str, parent: Item | None) -> Item:
        draft = create_item(self.here, CATEGORY, title=name, content=QuestionCategory(), parent=parent)
        self.made.append(draft)
        return draft.item


def _record(verb: str, plan: Plan, here: Here, **facts: Any) -> None:
    session = here.session.pk if here.session else None
    facts = {"kind": KIND, "course": here.course.pk, **facts}
    record(verb, plan, by=here.person, at=here.at, session_id=session, changes=facts)


def _place(here: Here) -> str:
    return f"{here.course.pk}-{here.session_course.pk}" if here.session_course else str(here.course.pk)


def words_of(plan: Plan) -> dict[str, Any]:
    """What a page says of a plan: its counts by what happens, and the format it was read in."""
    counts = plan.options["counts"]
    return {
        "adds": counts.get(Does.ADD, 0),
        "known": counts.get(Does.NOTHING, 0),
        "refused": counts.get(Does.REFUSE, 0),
        "format": FORMATS[plan.options["format"]],
    }
