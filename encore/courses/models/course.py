"""Courses: content and tools, written by their teachers. Nobody is graded here."""

from pathlib import PurePosixPath

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower, StrIndex, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from encore.base.personal import NOTHING_PERSONAL, Personal
from encore.base.text import fold
from encore.people.models import Person

course_code = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
    _("Use letters, digits, dots, hyphens and underscores, starting with a letter or digit."),
)

TAKEN_CODES = ("progress",)  # what stands beside the courses in a session's addresses


class CourseCategory(models.Model):
    name = models.CharField(_("name"), max_length=150)
    code = models.CharField(_("code"), max_length=40, blank=True)
    position = models.PositiveIntegerField(default=0)

    personal = NOTHING_PERSONAL

    class Meta:
        ordering = ["position", Lower("name")]
        verbose_name = _("course category")
        verbose_name_plural = _("course categories")
        constraints = [models.UniqueConstraint(Lower("name"), name="course_category_name_is_unique")]

    def __str__(self):
        return self.name


def folded_title(search_text: str = "search_text") -> Substr:
    """The title in a course's search text (code, space, title; no code has a space), to be sorted and searched by."""
    return Substr(search_text, StrIndex(search_text, Value(" ")) + 1)


class Course(models.Model):
    """A course. Learners meet it through a session; `/courses/<code>/` is where it is written."""

    code = models.CharField(_("code"), max_length=40, validators=[course_code])
    title = models.CharField(_("title"), max_length=250)
    category = models.ForeignKey(
        CourseCategory,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="courses",
        verbose_name=_("category"),
    )
    language = models.CharField(_("language"), max_length=20, blank=True)
    picture = models.ImageField(_("picture"), upload_to="courses/", blank=True)
    teachers_see_results = models.BooleanField(_("its teachers may see sessions' results"), default=False)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    search_text = models.CharField(max_length=400, editable=False)

    personal = Personal(by=("created_by",), texts=("title", "search_text"), plain=("code", "language", "picture"))

    class Meta:
        ordering = [folded_title(), "id"]
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [models.UniqueConstraint(Lower("code"), name="course_code_is_unique")]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.search_text = fold(f"{self.code} {self.title}")[:400]
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)

    @property
    def picture_url(self) -> str:
        """Where the picture is served, "" without one. Another picture has another address, so browsers may keep it."""
        return reverse("course_picture", args=[PurePosixPath(self.picture.name or "").stem]) if self.picture else ""


class CourseTeacher(models.Model):
    """A person who writes the course: a teacher, or an assistant who may write but not publish."""

    class Kind(models.TextChoices):
        TEACHER = "teacher", _("Teacher")
        ASSISTANT = "assistant", _("Assistant")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="teachers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="courses_taught")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEACHER)

    personal = Personal(called=_("teaching of courses"), about=("person",))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["course", "person"], name="one_teaching_role_per_course")]

    def __str__(self):
        return f"{self.person}: {self.course}"
