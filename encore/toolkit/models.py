"""What tools share: items in versions, released by lines; files; settings; schedule; completions."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from encore.base.personal import NOTHING_PERSONAL, RESULTS, Personal
from encore.courses.models import Course, CourseSession, Enrolment, Release, SessionCourse
from encore.people.models import Person
from encore.toolkit.records import Moves


class Item(models.Model):
    """One thing in a tool. With a `session_course` it belongs to that session alone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="items")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=40)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    personal = Personal(by=("created_by",), plain=("kind",))

    if TYPE_CHECKING:  # What `shown_in(here)` tells of an item besides; there only on the items it gave.
        title: str
        content: dict[str, Any]
        parent_id: int | None
        version_id: int
        version_number: int
        version_at: datetime
        version_place: int | None
        place: int
        is_hidden: bool

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["course", "session_course", "kind"], name="items_of_a_course")]

    def __str__(self):
        return f"{self.kind} {self.uuid}"


class Version(models.Model):
    """One published state of an item's content. Never changes. `content` fits the kind's schema (toolkit.content)."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=250)
    content = models.JSONField()
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    personal = Personal(
        called=_("published versions"), lies_in="item__course", by=("author",), texts=("title", "content", "note")
    )

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_number_of_an_item")]

    def __str__(self):
        return f"{self.title} {self.number}"


class Draft(models.Model):
    """The one unpublished state of an item in a place. `stamp` rises with every save; a save names the one it saw."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="drafts")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.CASCADE, related_name="drafts")
    title = models.CharField(max_length=250)
    content = models.JSONField()
    parent = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    stamp = models.PositiveIntegerField(default=1)

    personal = Personal(by=("author",), mentions=("title", "content"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(session_course=None), name="one_draft_of_an_item_in_the_course"
            ),
            models.UniqueConstraint(
                fields=["item", "session_course"],
                condition=Q(session_course__isnull=False),
                name="one_draft_of_an_item_in_a_session_course",
            ),
        ]

    def __str__(self):
        return self.title


class Line(models.Model):
    """Where an item stands in a release: its version (null = not there), folder and order."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="lines")
    version = models.ForeignKey(Version, null=True, on_delete=models.RESTRICT, related_name="lines")
    parent = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="child_lines")
    position = models.PositiveIntegerField(default=0)

    personal = NOTHING_PERSONAL

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["release", "item"], name="item_once_per_release")]
        indexes = [models.Index(fields=["item", "-id"], name="lines_of_an_item")]

    def __str__(self):
        return f"{self.item} in {self.release}"


class StoredFile(models.Model):
    """One file's bytes, kept once whatever uses it."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=120)
    path = models.CharField(max_length=120)
    at = models.DateTimeField()

    personal = Personal(bytes_at="path", plain=("sha256", "media_type", "path"))

    def __str__(self):
        return self.sha256[:12]


class FileUse(models.Model):
    """The only link to a file, and the permission: it is served where the version or draft that uses it is visible."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)  # its name in content; the same in later versions
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="uses")
    name = models.CharField(max_length=255)
    version = models.ForeignKey(Version, null=True, on_delete=models.CASCADE, related_name="file_uses")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="file_uses")

    personal = Personal(called=_("files in content"), lies_in="version__item__course", texts=("name",))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version=None, draft__isnull=False) | Q(version__isnull=False, draft=None),
                name="file_use_has_one_user",
            ),
            models.UniqueConstraint(fields=["uuid", "version"], name="file_use_once_per_version"),
            models.UniqueConstraint(fields=["uuid", "draft"], name="file_use_once_per_draft"),
        ]

    def __str__(self):
        return self.name


class ToolSettings(models.Model):
    """Whether a tool shows in a place, and where in the menu. Null inherits: session course, course, tool."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="tool_settings")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.CASCADE, related_name="tool_settings")
    tool = models.CharField(max_length=40)
    visible = models.BooleanField(null=True)
    position = models.PositiveIntegerField(null=True)

    personal = NOTHING_PERSONAL

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "tool"], condition=Q(session_course=None), name="tool_settings_of_a_course"
            ),
            models.UniqueConstraint(
                fields=["session_course", "tool"],
                condition=Q(session_course__isnull=False),
                name="tool_settings_of_a_session_course",
            ),
        ]

    def __str__(self):
        return self.tool


class ItemSettings(models.Model):
    """Configuration of an item in a place. Null inherits; moments are text (courses.moments); `never`: none at all."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="settings")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.CASCADE, related_name="item_settings")
    visible = models.BooleanField(null=True)
    position = models.PositiveIntegerField(null=True)
    opens = models.CharField(max_length=60, null=True)
    due = models.CharField(max_length=60, null=True)
    closes = models.CharField(max_length=60, null=True)
    options = models.JSONField(default=dict)

    personal = NOTHING_PERSONAL

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(session_course=None), name="settings_of_an_item_in_the_course"
            ),
            models.UniqueConstraint(
                fields=["item", "session_course"],
                condition=Q(session_course__isnull=False),
                name="settings_of_an_item_in_a_session_course",
            ),
        ]

    def __str__(self):
        return f"settings of {self.item}"


class ItemException(models.Model):
    """One learner's own configuration of one item: who gave it, why, until when."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="item_exceptions")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="exceptions")
    opens = models.CharField(max_length=60, null=True)
    due = models.CharField(max_length=60, null=True)
    closes = models.CharField(max_length=60, null=True)
    options = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField(null=True)

    personal = Personal(
        about=("enrolment__person",),
        keep=RESULTS,
        forget=("reason",),
        by=("by",),
        plain=("opens", "due", "closes", "options"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "item"], name="one_exception_per_enrolment_and_item")
        ]

    def __str__(self):
        return f"{self.enrolment}: {self.item}"


class Schedule(models.Model):
    """Resolved dates of an item: for everyone in a session course, or for one enrolment where they differ. UTC."""

    session_course = models.ForeignKey(SessionCourse, on_delete=models.CASCADE, related_name="schedule")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="schedule")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.CASCADE, related_name="schedule")
    opens = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    closes = models.DateTimeField(null=True)

    personal = Personal(called=_("own dates of items"), about=("enrolment__person",), keep=RESULTS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_course", "item"], condition=Q(enrolment=None), name="schedule_for_everyone"
            ),
            models.UniqueConstraint(
                fields=["session_course", "item", "enrolment"],
                condition=Q(enrolment__isnull=False),
                name="schedule_for_one",
            ),
        ]
        indexes = [models.Index(fields=["session_course", "due"], name="what_is_due")]

    def __str__(self):
        return f"{self.item} in {self.session_course}"


class Completion(models.Model):
    """A learner has done with an item: for documents and links, has seen it. One per enrolment and item."""

    moves = Moves(ngettext_lazy("%(n)d item seen", "%(n)d items seen", "n"))

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="completions")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="completions")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="completions")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="completions")
    at = models.DateTimeField()
    last_at = models.DateTimeField()

    personal = Personal(called=_("things done"), about=("enrolment__person",), keep=RESULTS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment", "item"], name="completed_once_per_enrolment")
        ]
        indexes = [models.Index(fields=["session_course", "enrolment"], name="completions_in_a_course")]

    def __str__(self):
        return f"{self.enrolment}: {self.item}"


class Transfer(models.Model):
    """One person's move to another session: what moved, and all it takes to move it back. Undone at most once."""

    from_enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="transfers_away")
    to_enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="transfers_here")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    moved = models.JSONField(default=dict)  # {"toolkit.completion": {course id: [record ids]}}
    before = models.JSONField(default=dict)  # the state and sources that the enrolment had, for undoing
    made = models.BooleanField()  # whether the transfer made the new enrolment; else the person was there already
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    personal = Personal(
        about=("from_enrolment__person", "to_enrolment__person"),
        keep=RESULTS,
        forget=("reason",),
        by=("by", "undone_by"),
        plain=("moved", "before"),
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_enrolment=F("to_enrolment")), name="transfer_leads_to_another_enrolment"
            ),
        ]

    def __str__(self):
        return f"{self.from_enrolment} → {self.to_enrolment.session}"


POINTS: dict[str, Any] = {"max_digits": 12, "decimal_places": 5}


class Grade(models.Model):
    """What a learner got for one item: published by its tool, or given by hand. One per enrolment and item.

    `points` is None while nothing is marked. A person may put another figure in its place, with a reason: `override`
    then counts. `excused`: this item counts for nothing in this learner's total.
    """

    moves = Moves(ngettext_lazy("%(n)d grade", "%(n)d grades", "n"))

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="grades")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="grades")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="grades")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="grades")
    points = models.DecimalField(null=True, **POINTS)
    out_of = models.DecimalField(**POINTS)
    override = models.DecimalField(null=True, **POINTS)
    excused = models.BooleanField(default=False)
    comment = models.TextField(blank=True)  # for the learner to read
    at = models.DateTimeField()

    personal = Personal(about=("enrolment__person",), keep=RESULTS, forget=("comment",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "enrolment", "item"], name="one_grade_per_enrolment")]
        indexes = [models.Index(fields=["session_course", "item"], name="grades_in_a_course")]

    def __str__(self):
        return f"{self.enrolment}: {self.item}"

    @property
    def counts(self) -> Decimal | None:
        """The points that count."""
        return self.points if self.override is None else self.override


class GradeChange(models.Model):
    """One step of a grade's history: what changed, from what to what, who did it and why. `by` None: the tool."""

    class What(models.TextChoices):
        POINTS = "points", _("Points")
        OVERRIDE = "override", _("Override")
        EXCUSED = "excused", _("Excused")

    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=10, choices=What)
    before = models.DecimalField(null=True, **POINTS)
    after = models.DecimalField(null=True, **POINTS)
    out_of = models.DecimalField(**POINTS)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    personal = Personal(about=("grade__enrolment__person",), keep=RESULTS, forget=("reason",), by=("by",))

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.grade}: {self.before} → {self.after}"


class SignOff(models.Model):
    """The grades of a course in a session are final: frozen by somebody, until somebody lifts it with a reason."""

    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="sign_offs")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    totals = models.JSONField(default=dict)  # the figures signed for: {enrolment id: {…}}, as toolkit.grading gave them
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_because = models.CharField(max_length=300, blank=True)

    personal = Personal(by=("by", "lifted_by"), texts=("note", "lifted_because"), plain=("totals",))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session_course"], condition=Q(lifted_at=None), name="one_sign_off_at_a_time"
            )
        ]

    def __str__(self):
        return f"{self.session_course}: {self.at:%Y-%m-%d}"


class CourseProgress(models.Model):
    """How far one enrolment is in one course of its session, kept as things happen; `encore rebuild progress` gives
    equal rows. `last_at`: the latest thing done there."""

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="progress")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.CASCADE, related_name="progress")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    stamp = models.PositiveIntegerField(default=0)  # rises whenever what shows may have changed

    personal = Personal(about=("enrolment__person",), keep=RESULTS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment", "session_course"], name="one_progress_per_course")
        ]
        indexes = [models.Index(fields=["session_course", "done"], name="progress_in_a_course")]

    def __str__(self):
        return f"{self.enrolment}: {self.done} of {self.total}"


class Activity(models.Model):
    """How often one enrolment opened an item, and how long it was looked at; written in batches. `seconds` counts only
    time in which something was done."""

    moves = Moves()

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="activity")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="activity")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="activity")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="activity")
    opened = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)  # up to when seconds were told: none can be told twice

    personal = Personal(about=("enrolment__person",), keep=RESULTS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment", "item"], name="one_activity_per_enrolment")
        ]
        indexes = [models.Index(fields=["session_course", "enrolment"], name="activity_in_a_course")]

    def __str__(self):
        return f"{self.enrolment}: {self.item}"
