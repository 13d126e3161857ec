"""Courses, with their categories and teachers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.courses.actions.course import create_course, set_teachers, update_course
from encore.courses.models import Course, CourseCategory, CourseTeacher
from encore.exchange.cells import language_code, read_names
from encore.exchange.columns import Column, Record
from encore.exchange.planning import Kind, Planned, code_problem, first_seen
from encore.exchange.present import by_text, people_named
from encore.people.models import Person

LONGEST = {"title": 250, "category": 150, "category_code": 40, "language": 20}


class Courses(Kind):
    name = "courses"
    label = gettext_lazy("Courses")
    help = gettext_lazy(
        "Makes courses and changes their title, category and language; adds teachers. A category that is not there yet "
        "is made."
    )
    for_administrators = True
    columns = (
        Column("code", "Code", ("coursecode",), required=True),
        Column("title", "Title", ("name", "coursetitle"), required=True),
        Column("category_code", "CourseCategory", ("categorycode",)),
        Column("category", "CourseCategoryName", ("category", "categoryname")),
        Column("teachers", "Teacher", ("teachers", "courseteacher")),
        Column("language", "Language", ("courselanguage",)),
        Column(
            "visibility",
            "Visibility",
            unused=gettext_lazy("here people meet a course through a session, which says who may enter and when."),
        ),
        Column("description", "CourseDescription", unused=gettext_lazy("a course is described in its introduction.")),
    )
    example = (
        "Code;Title;CourseCategory;CourseCategoryName;Teacher;Language\r\n"
        "SAFETY;Fire safety;HS;Health and safety;dolores;english\r\n"
    )

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        self.courses = by_text(
            Course.objects.select_related("category"), "code", (record.value("code") for record in records)
        )
        self.people = people_named(name for record in records for name in read_names(record.value("teachers")))
        categories = list(CourseCategory.objects.all())
        self.by_name = {category.name.lower(): category for category in categories}
        self.by_code = {category.code.lower(): category for category in categories if category.code}
        self.coming: dict[str, str] = {}  # names of categories that this file makes, by code
        self.teaching = set(
            CourseTeacher.objects.filter(
                course__in=[course.pk for course in self.courses.values()], kind=CourseTeacher.Kind.TEACHER
            ).values_list("course", "person")
        )
        twice = first_seen(records, "code")
        return [self._row(record, twice.get(id(record))) for record in records]

    def _row(self, record: Record, earlier: int | None) -> Planned:
        code = record.value("code")
        course = self.courses.get(code.lower())
        title = record.value("title") or (course.title if course else "")
        row = Planned(record, f"{title} ({code})" if title and code else title or code, course is None, target=course)
        if record.problem:
            row.refuse(record.problem)
        elif not code:
            row.refuse(_("There is no code."))
        elif earlier:
            row.refuse(_("The code “%(code)s” is on line %(line)d already.") % {"code": code, "line": earlier})
        else:
            facts = self._facts(row, record)
            teachers = self._teachers(row, record, course)
            self._plan(row, course, facts, teachers)
        return row

    def _facts(self, row: Planned, record: Record) -> dict[str, Any]:
        for name, most in LONGEST.items():
            if len(record.value(name)) > most:
                row.refuse(
                    _("“%(start)s…” is too long: at most %(most)d letters.")
                    % {"start": record.value(name)[:40], "most": most}
                )
        facts: dict[str, Any] = {}
        if title := record.value("title"):
            facts["title"] = title
        if language := record.value("language"):
            facts["language"] = language_code(language)
        if category := self._category(row, record):
            facts["category"] = category
        return facts

    def _category(self, row: Planned, record: Record) -> str:
        """The name of the category that a row means by name or by code, in lower case; "" for none."""
        code, name = record.value("category_code"), " ".join(record.value("category").split())
        found = (self.by_code.get(code.lower()) if code else None) or self.by_name.get((name or code).lower())
        if found:
            return found.name.lower()
        name = self.coming.setdefault(code.lower(), name or code) if code else name
        if name:
            row.makes.course_categories[name.lower()] = name
            row.say(_("Makes the category “%(name)s”.") % {"name": name})
            if code:
                row.makes.category_codes[name.lower()] = code
        return name.lower()

    def _teachers(self, row: Planned, record: Record, course: Course | None) -> list[str]:
        added = []
        for username in read_names(record.value("teachers")):
            if self.need_person(row, username, self.people):
                person = self.people.get(username.lower())
                if not (course and person and (course.pk, person.pk) in self.teaching):
                    added.append(username)
                    row.say(_("%(name)s becomes its teacher.") % {"name": person.name if person else username})
        return added

    def _plan(self, row: Planned, course: Course | None, facts: dict[str, Any], teachers: list[str]) -> None:
        if course is None:
            if problem := code_problem(row.record.value("code")):
                row.refuse(problem)
            if "title" not in facts:
                row.refuse(_("There is no title."))
            if not self.may_make_courses():
                row.refuse(_("Your role does not permit creating courses."))
            row.does = {"facts": facts, "teachers": teachers}
        else:
            changes = {name: value for name, value in facts.items() if value != self._now(course, name)}
            for name, value in changes.items():
                row.say(self._fact_sentence(row, course, name, str(value)))
            row.does = {word: what for word, what in (("facts", changes), ("teachers", teachers)) if what}
            if row.does:
                self._may_change(row, course)

    def _now(self, course: Course, name: str) -> str:
        if name == "category":
            return course.category.name.lower() if course.category else ""
        else:
            return str(getattr(course, name)).strip()

    def _fact_sentence(self, row: Planned, course: Course, name: str, after: str) -> str:
        if name == "title":
            return _("Title: “%(before)s” becomes “%(after)s”.") % {"before": course.title, "after": after}
        elif name == "language":
            return _("Language: “%(before)s” becomes “%(after)s”.") % {"before": course.language, "after": after}
        known = self.by_name.get(after)
        facts = {"after": known.name if known else row.makes.course_categories.get(after, after)}
        if course.category:
            return _("Category: “%(before)s” becomes “%(after)s”.") % {**facts, "before": course.category.name}
        else:
            return _("Category: “%(after)s”.") % facts

    def _may_change(self, row: Planned, course: Course) -> None:
        if not self.may_manage_everything() and (course.pk, cast(Person, self.actor).pk) not in self.teaching:
            row.refuse(_("Only administrators and its teachers may change “%(title)s”.") % {"title": course.title})
        if not self.options.update:
            row.refuse(
                _("The course “%(code)s” is there, and the file would change it. Choose to update what exists.")
                % {"code": course.code}
            )

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        self.make_missing(rows, at=at)
        people = people_named(name for row in rows for name in row.does.get("teachers", []))
        categories = {category.name.lower(): category for category in CourseCategory.objects.all()}
        for row in rows:
            facts = dict(row.does.get("facts", {}))
            if category := facts.pop("category", ""):
                facts["category"] = categories[category]
            teachers = [people[name.lower()].pk for name in row.does.get("teachers", [])]
            if row.target is None:
                code = row.record.value("code")
                create_course(by=self.actor, at=at, code=code, teachers=teachers, **facts)
            else:
                update_course(row.target, facts, by=self.actor, at=at)
                if teachers:
                    set_teachers(row.target, add=teachers, by=self.actor, at=at)
