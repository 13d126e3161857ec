"""Who coaches: general coaches oversee a session, course coaches teach one course of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from encore.base.personal import Personal
from encore.courses.models.session import CourseSession, SessionCourse
from encore.people.models import Person


class GeneralCoach(models.Model):
    """Oversees every course of a session. `from_at`/`until_at`: the instants between which the role is held."""

    session = models.ForeignKey(CourseSession, on_delete=models.CASCADE, related_name="general_coaches")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="general_coaching")
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(called=_("general coaching of sessions"), about=("person",))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="general_coach_once_per_session")]

    def __str__(self):
        return f"{self.person}: {self.session}"


class CourseCoach(models.Model):
    """Teaches one course of one session. `from_at`/`until_at` as for a general coach: a substitute has them."""

    session_course = models.ForeignKey(SessionCourse, on_delete=models.CASCADE, related_name="coaches")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="course_coaching")
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(called=_("coaching of courses"), about=("person",))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["session_course", "person"], name="course_coach_once_per_session_course")
        ]

    def __str__(self):
        return f"{self.person}: {self.session_course}"
