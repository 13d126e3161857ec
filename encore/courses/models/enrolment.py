"""Enrolments: one person's place in one session, with its own state, dates and results."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from encore.base.personal import RESULTS, Personal
from encore.courses.models.session import CourseSession, SessionCourse
from encore.people.models import Person, SchoolClass


class Enrolment(models.Model):
    """The highest `number` of a person in a session governs access; earlier ones keep their results."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        COMPLETED = "completed", _("Completed")

    LIVE = (State.ACTIVE, State.SUSPENDED)

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)  # the highest number, kept by enrol(): one join for every list
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    extra_days = models.PositiveIntegerField(default=0)
    time_reason = models.CharField(max_length=300, blank=True)  # why own dates or extra days were given
    time_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    first_entered_at = models.DateTimeField(null=True)
    last_entered_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    # This learner's window as the rules compute it, stored so that lists are one indexed query.
    window_opens_at = models.DateTimeField(null=True, editable=False)
    window_closes_at = models.DateTimeField(null=True, editable=False)

    personal = Personal(about=("person",), keep=RESULTS, forget=("time_reason",), by=("time_by",))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person", "number"], name="enrolment_number_is_unique"),
            models.UniqueConstraint(
                fields=["session", "person"],
                condition=Q(state__in=["active", "suspended"]),
                name="one_live_enrolment_per_session_and_person",
            ),
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(is_latest=True), name="one_latest_enrolment"
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")),
                name="enrolment_closes_after_it_opens",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "is_latest", "window_closes_at"], name="enrolments_of_a_person"),
            models.Index(fields=["session", "state"], name="enrolments_of_a_session"),
        ]

    def __str__(self):
        return f"{self.person}: {self.session}"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class EnrolmentChange(models.Model):
    """A change of an enrolment's state: who, when, why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(max_length=10, choices=Enrolment.State)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    automatic = models.BooleanField(default=False)  # the last source went, or came back

    personal = Personal(
        called=_("changes of enrolments"), about=("enrolment__person",), keep=RESULTS, forget=("reason",), by=("by",)
    )

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.enrolment} {self.state}"


class EnrolmentSource(models.Model):
    """How a person came into a session. Who has no source left, leaves."""

    class Kind(models.TextChoices):
        HAND = "hand", _("By hand")
        SCHOOL_CLASS = "class", _("Class")
        SELF = "self", _("Enrolled themselves")
        IMPORT = "import", _("Import")
        API = "api", _("API")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=10, choices=Kind)
    school_class = models.ForeignKey(SchoolClass, null=True, on_delete=models.PROTECT, related_name="enrolment_sources")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    personal = Personal(called=_("ways into sessions"), about=("enrolment__person",), keep=RESULTS, by=("by",))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "school_class"], condition=Q(kind="class"), name="class_once_per_enrolment"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"], condition=~Q(kind="class"), name="source_once_per_enrolment"
            ),
            models.CheckConstraint(
                condition=Q(kind="class", school_class__isnull=False) | (~Q(kind="class") & Q(school_class=None)),
                name="class_source_names_its_class",
            ),
        ]

    def __str__(self):
        return f"{self.enrolment} {self.kind}"


class CourseExclusion(models.Model):
    """Takes one person out of one course of a session. Survives everything, can be undone."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="exclusions")
    session_course = models.ForeignKey(SessionCourse, on_delete=models.CASCADE, related_name="exclusions")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    personal = Personal(
        called=_("exclusions from courses"), about=("enrolment__person",), keep=RESULTS, forget=("reason",), by=("by",)
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "session_course"], name="excluded_once_per_course")]

    def __str__(self):
        return f"{self.enrolment} not in {self.session_course}"


class WaitingPerson(models.Model):
    """Someone waiting for a seat, first come first served. A freed seat is theirs in order."""

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="waiting")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="waiting_for")
    kind = models.CharField(max_length=10, choices=EnrolmentSource.Kind)
    school_class = models.ForeignKey(SchoolClass, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    personal = Personal(called=_("places on waiting lists"), about=("person",), by=("by",))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="waits_once_per_session")]

    def __str__(self):
        return f"{self.person} waits for {self.session}"
