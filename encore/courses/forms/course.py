"""The forms of a course and of a category."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.base.text import fold
from encore.courses.forms.choices import Choice, IdsField, PeopleField, numbers_in, person_choice
from encore.courses.models import Course, CourseCategory, CourseTeacher
from encore.courses.models.course import TAKEN_CODES, course_code
from encore.people.models import Person

Kind = CourseTeacher.Kind


def language_words(code: str) -> str:
    """The name of a language; a code that nobody knows is its own name."""
    return str(LANG_INFO.get(code, {}).get("name_local", code)).capitalize() if code else ""


def languages(also: str = "") -> list[tuple[str, str]]:
    """Choices of a language, by their own names; `also`: a word that a file may have brought."""
    known = {code: language_words(code) for code, facts in LANG_INFO.items() if "name_local" in facts}
    if also and also not in known:
        known[also] = also
    return sorted(known.items(), key=lambda pair: fold(pair[1]))


class CourseForm(RemembersWhatItShowed):
    """Without `course` for a new one."""

    sends_changes = ("teachers", "assistants", "remove_picture")

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        validators=[course_code],
        help_text=gettext_lazy("Short and unique: it stands in the course's address and in files."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=250)
    category = forms.ModelChoiceField(
        CourseCategory.objects.all(),
        label=gettext_lazy("Category"),
        required=False,
        empty_label=gettext_lazy("No category"),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_picture = forms.BooleanField(label=gettext_lazy("Remove the picture"), required=False)
    teachers = PeopleField(
        label=gettext_lazy("Teachers"), help_text=gettext_lazy("They write the course and publish it.")
    )
    teachers_seen = IdsField()
    assistants = PeopleField(
        label=gettext_lazy("Assistants"), help_text=gettext_lazy("They write the course; publishing is not theirs.")
    )
    assistants_seen = IdsField()
    teachers_see_results = forms.BooleanField(
        label=gettext_lazy("Its teachers may see the results and talks of its sessions"), required=False
    )

    def __init__(self, data: Any = None, files: Any = None, *, person: Person, course: Course | None = None) -> None:
        self.person, self.course = person, course
        super().__init__(data, files, initial=_initial(course), label_suffix="")
        self.use_required_attribute = False
        self.fields["language"].choices = [("", _("Not said")), *languages(course.language if course else "")]
        if not course or not course.picture:
            del self.fields["remove_picture"]

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if code in TAKEN_CODES:
            raise forms.ValidationError(
                _("“%(code)s” is a page of every session. Choose another code.") % {"code": code}
            )
        others = Course.objects.filter(code__iexact=code)
        if self.course:
            others = others.exclude(pk=self.course.pk)
        if others.exists():
            raise forms.ValidationError(_("There is already a course with the code “%(code)s”.") % {"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        both = set(found.get("teachers", ())) & set(found.get("assistants", ()))
        if both:
            names = ", ".join(sorted(str(person) for person in both))
            self.add_error("assistants", _("%(names)s: choose teacher or assistant, not both.") % {"names": names})
        return found

    def values(self) -> dict[str, Any]:
        names = ("code", "title", "category", "language", "teachers_see_results")
        return {name: self.cleaned_data[name] for name in names}

    def people(self, field: str) -> tuple[list[int], list[int]]:
        """Who is added to `teachers` or `assistants`, and who removed: the difference to what the page showed."""
        chosen = [person.pk for person in self.cleaned_data[field]]
        seen = self.cleaned_data[f"{field}_seen"]
        return [pk for pk in chosen if pk not in seen], [pk for pk in seen if pk not in chosen]

    def chosen(self, field: str) -> list[Choice]:
        """Who is ticked now, for the type-ahead field."""
        ids = numbers_in(self.data.getlist(field)) if self.is_bound else self.initial.get(field, [])
        people = Person.objects.filter(pk__in=ids) if ids else Person.objects.none()
        return [person_choice(person, to=self.person) for person in people]


class CategoryForm(RemembersWhatItShowed):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)


def _initial(course: Course | None) -> dict[str, Any]:
    if course is None:
        return {}
    rows = list(course.teachers.filter(person__is_active=True).values_list("person", "kind"))
    teachers = [pk for pk, kind in rows if kind == Kind.TEACHER]
    assistants = [pk for pk, kind in rows if kind == Kind.ASSISTANT]
    return {
        "code": course.code,
        "title": course.title,
        "category": course.category_id,
        "language": course.language,
        "teachers_see_results": course.teachers_see_results,
        "teachers": teachers,
        "teachers_seen": teachers,
        "assistants": assistants,
        "assistants_seen": assistants,
    }
