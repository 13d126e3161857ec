"""Records of tests: attempts, the answers in them, and what was changed about a mark."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from encore.base.personal import RESULTS, Personal
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.people.models import Person
from encore.toolkit.models import Item, StoredFile, Version
from encore.toolkit.records import Moves

POINTS: dict[str, Any] = {"max_digits": 12, "decimal_places": 5}


class Attempt(models.Model):
    """One try at a test. `settings`: what counted when it began (options and dates, resolved), whatever changes later.

    The server's clock decides: what comes after `ends_at` is not taken. `points` is None until all of it is marked.
    """

    moves = Moves(ngettext_lazy("%(n)d attempt", "%(n)d attempts", "n"))

    class State(models.TextChoices):
        OPEN = "open", _("In progress")
        HANDED_IN = "handed_in", _("Handed in")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="attempts")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="attempts")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="attempts")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settings = models.JSONField()
    seed = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    by_clock = models.BooleanField(default=False)  # the time was up, nobody pressed
    place = models.PositiveSmallIntegerField(default=0)  # the furthest page, where there is no way back
    out_of = models.DecimalField(**POINTS)
    points = models.DecimalField(null=True, **POINTS)
    marked_at = models.DateTimeField(null=True)

    personal = Personal(about=("enrolment__person",), keep=RESULTS, plain=("settings",))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment", "item", "number"], name="attempt_number_is_unique"),
            models.UniqueConstraint(
                fields=["session", "enrolment", "item"], condition=Q(state="open"), name="one_open_attempt"
            ),
        ]
        indexes = [
            models.Index(fields=["session_course", "item", "enrolment"], name="attempts_in_a_course"),
            models.Index(fields=["session_course", "marked_at", "handed_in_at"], name="attempts_to_mark"),
            models.Index(fields=["ends_at"], condition=Q(state="open"), name="attempts_running_out"),
        ]

    def __str__(self):
        return f"{self.enrolment}: {self.item}, {self.number}"


class Answer(models.Model):
    """A question of an attempt and what was answered, saved as it is given. `version` is what was shown; `key` the
    version whose key marked it. `drawn`: what was drawn for this attempt (order of the parts, values of variables).

    `response` is {} until something is answered. `points` is None until marked: by the key at hand-in, or by a person.
    """

    moves = Moves(along="attempt")

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="answers")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.PROTECT, related_name="answers")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="answers")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="answers")
    key = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="answers_marked")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=12)
    passage = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")
    out_of = models.DecimalField(**POINTS)
    drawn = models.JSONField(default=dict)
    response = models.JSONField(default=dict)
    stamp = models.PositiveIntegerField(
        default=0
    )  # rises with each save, so that an older one never overwrites a newer
    saved_at = models.DateTimeField(null=True)
    flagged = models.BooleanField(default=False)
    checked = models.BooleanField(default=False)  # feedback at once was asked for: the answer stays
    points = models.DecimalField(null=True, **POINTS)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")  # null: marked by the key
    marked_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    personal = Personal(
        about=("enrolment__person",),
        keep=RESULTS,
        forget=("response", "comment"),
        by=("by",),
        plain=("section", "drawn"),
    )

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "attempt", "position"], name="position_in_an_attempt"),
            models.UniqueConstraint(fields=["session", "attempt", "item"], name="question_once_per_attempt"),
        ]
        indexes = [models.Index(fields=["session_course", "item"], name="answers_to_a_question")]

    def __str__(self):
        return f"{self.attempt}, {self.position}"


class AnswerFile(models.Model):
    """A file handed in as an answer."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="answer_files")
    name = models.CharField(max_length=255)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    personal = Personal(about=("answer__enrolment__person",))

    def __str__(self):
        return self.name


class MarkChange(models.Model):
    """A mark that a person gave, or a new key: before and after, and why."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="mark_changes")
    before = models.DecimalField(null=True, **POINTS)
    after = models.DecimalField(null=True, **POINTS)
    key = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    personal = Personal(about=("answer__enrolment__person",), keep=RESULTS, forget=("reason",), by=("by",))

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.answer}: {self.before} → {self.after}"
