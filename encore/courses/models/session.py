"""Sessions: scheduled editions of one or more courses."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from encore.base.personal import NOTHING_PERSONAL, Personal
from encore.base.text import fold
from encore.courses.models.course import Course
from encore.people.models import Person, SchoolClass


class SessionCategory(models.Model):
    """A period, programme or department that sessions are filed under."""

    name = models.CharField(_("name"), max_length=150)
    position = models.PositiveIntegerField(default=0)

    personal = NOTHING_PERSONAL

    class Meta:
        ordering = ["position", Lower("name")]
        verbose_name = _("session category")
        verbose_name_plural = _("session categories")
        constraints = [models.UniqueConstraint(Lower("name"), name="session_category_name_is_unique")]

    def __str__(self):
        return self.name


class CourseSession(models.Model):
    """A session. Instants are UTC; `time_zone` is the IANA zone in which its dates were meant."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CANCELLED = "cancelled", _("Cancelled")
        ARCHIVED = "archived", _("Archived")

    class AfterEnd(models.TextChoices):
        READ_ONLY = "read_only", _("Read only")
        OPEN = "open", _("Accessible")
        CLOSED = "closed", _("Not accessible")

    title = models.CharField(_("title"), max_length=250)
    standing_for = models.OneToOneField(
        Course, null=True, blank=True, on_delete=models.PROTECT, related_name="standing_session"
    )
    category = models.ForeignKey(
        SessionCategory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sessions",
        verbose_name=_("category"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    duration_days = models.PositiveIntegerField(_("days for each learner"), null=True, blank=True)
    shown_from = models.DateTimeField(_("shown from"), null=True, blank=True)
    shown_until = models.DateTimeField(_("shown until"), null=True, blank=True)
    coach_days_before = models.PositiveIntegerField(_("coach days before"), default=0)
    coach_days_after = models.PositiveIntegerField(_("coach days after"), default=0)
    coach_opens_at = models.DateTimeField(_("coaches from"), null=True, blank=True)
    coach_closes_at = models.DateTimeField(_("coaches until"), null=True, blank=True)
    after_end = models.CharField(_("after the end"), max_length=10, choices=AfterEnd, default=AfterEnd.READ_ONLY)
    completes_at_end = models.BooleanField(_("completed at the end"), default=False)  # by a duty, at each one's own end
    description = models.TextField(_("description"), blank=True)
    show_description = models.BooleanField(_("show the description to learners"), default=True)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    mail_on_enrolment = models.BooleanField(_("mail people when they are enrolled"), default=False)
    learners_see_each_other = models.BooleanField(_("learners see their fellow learners"), default=False)
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="sessions_owned")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # The coaches' window as the rules compute it, stored so that lists are one indexed query.
    coach_window_opens_at = models.DateTimeField(null=True, editable=False)
    coach_window_closes_at = models.DateTimeField(null=True, editable=False)
    search_text = models.CharField(max_length=300, editable=False)

    personal = Personal(
        by=("owner",), texts=("title", "description", "state_reason", "search_text"), plain=("time_zone",)
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(Lower("title"), condition=Q(standing_for=None), name="session_title_is_unique"),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")),
                name="session_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(duration_days=None) | Q(opens_at=None, closes_at=None),
                name="session_has_dates_or_a_duration",
            ),
            models.CheckConstraint(
                condition=Q(standing_for=None) | Q(opens_at=None, closes_at=None, duration_days=None),
                name="standing_session_has_no_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "closes_at"], name="sessions_by_end"),
            models.Index(fields=["state", "opens_at"], name="sessions_by_start"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.search_text = fold(self.title)[:300]
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_standing(self) -> bool:
        return self.standing_for_id is not None


class SessionCourse(models.Model):
    """One course inside one session: where learners meet, work and are coached."""

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="session_courses")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="session_courses")
    position = models.PositiveIntegerField(default=0)
    pinned_release = models.PositiveIntegerField(null=True, blank=True)  # a number; null follows the latest
    # What its coaches may not do here: the reason of each lock, by whom and when it was set; "" is not locked.
    tool_visibility_lock = models.CharField(max_length=300, blank=True)
    tool_visibility_lock_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    tool_visibility_lock_at = models.DateTimeField(null=True)
    coach_additions_lock = models.CharField(max_length=300, blank=True)
    coach_additions_lock_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    coach_additions_lock_at = models.DateTimeField(null=True)

    personal = Personal(
        by=("tool_visibility_lock_by", "coach_additions_lock_by"),
        texts=("tool_visibility_lock", "coach_additions_lock"),
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "course"], name="course_once_per_session"),
            models.CheckConstraint(
                condition=Q(tool_visibility_lock="", tool_visibility_lock_at=None)
                | (~Q(tool_visibility_lock="") & Q(tool_visibility_lock_at__isnull=False)),
                name="lock_of_tool_visibility_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(coach_additions_lock="", coach_additions_lock_at=None)
                | (~Q(coach_additions_lock="") & Q(coach_additions_lock_at__isnull=False)),
                name="lock_of_coach_additions_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.course} · {self.session}"


class SessionClass(models.Model):
    """A class that is enrolled in a session; who joins the class joins the session."""

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="session_classes")
    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="session_classes")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    personal = Personal(by=("by",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "school_class"], name="class_once_per_session")]

    def __str__(self):
        return f"{self.school_class} in {self.session}"


class SessionFollower(models.Model):
    """An HR manager who follows a session: reads its reports, opens nothing."""

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions_followed")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True)

    personal = Personal(called=_("sessions followed"), about=("person",), by=("by",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="one_follower_per_session")]

    def __str__(self):
        return f"{self.person} follows {self.session}"
