"""Releases: numbered publications of a course, or of one session's own changes to it."""

from django.db import models
from django.db.models import Q

from encore.base.personal import Personal
from encore.courses.models.course import Course
from encore.courses.models.session import SessionCourse
from encore.people.models import Person


class Release(models.Model):
    """Its lines (toolkit) say which version of each item is current. A session course's are laid over the course's."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="releases")
    session_course = models.ForeignKey(SessionCourse, null=True, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    personal = Personal(by=("by",), texts=("note",))

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"], condition=Q(session_course=None), name="release_number_in_course"
            ),
            models.UniqueConstraint(
                fields=["session_course", "number"],
                condition=Q(session_course__isnull=False),
                name="release_number_in_session_course",
            ),
        ]

    def __str__(self):
        return f"{self.course} {self.number}"
