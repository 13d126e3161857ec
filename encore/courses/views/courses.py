"""Administration → Courses: the list, making, editing and deleting one, its picture, opening it without dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from encore.base.meanwhile import held, over_theirs, saving
from encore.courses.actions.course import create_course, delete_course, set_teachers, update_course
from encore.courses.actions.picture import remove_picture, set_picture
from encore.courses.actions.session import open_without_dates
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import person_choice
from encore.courses.forms.course import CourseForm, language_words
from encore.courses.managing import manages
from encore.courses.models import Course, CourseCategory, CourseSession, CourseTeacher, Enrolment
from encore.courses.queries.choosing import find_people
from encore.courses.queries.courses import course_rows, courses_list, languages_used, sessions_with
from encore.courses.queries.sessions import known_to
from encore.courses.views.links import course_url
from encore.courses.views.paging import page_of
from encore.courses.views.sending import sent_files
from encore.courses.views.sessions import managers
from encore.courses.words import Access
from encore.ledger.meanwhile import last_change_of
from encore.people.decorators import permission_required, recently_confirmed
from encore.people.models import Person
from encore.people.views.links import import_url
from encore.people.words import Permission

Kind = CourseTeacher.Kind


@require_safe
@managers
def courses(request: HttpRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "category", "language")}
    sort = request.GET.get("sort", "title")
    page = page_of(courses_list(**asked, sort=sort), request)
    context = {
        **asked,
        "filtered": any(asked.values()),
        "sort": sort,
        "page": page,
        "rows": [
            (row.course, course_url(row.course) if row.may_edit else "", row, language_words(row.course.language))
            for row in course_rows(page.object_list, request.user)
        ],
        "categories": [("none", _("Without a category")), *CourseCategory.objects.values_list("pk", "name")],
        "languages": [(code, language_words(code)) for code in languages_used()],
        "may_create": request.user.may(Permission.CREATE_COURSES),
        "import_url": import_url(request.user, "courses") if request.user.is_administrator else "",
    }
    return render(request, "courses/courses.html", context)


@permission_required(Permission.CREATE_COURSES)
def course_new(request: HttpRequest) -> HttpResponse:
    """A teacher who makes a course is its teacher."""
    form = CourseForm(*sent_files(request), person=request.user)
    if "find" in request.POST:
        form.forget_errors()
    elif form.is_valid() and (course := _kept(form, lambda: _create(form, request.user, now()))):
        messages.success(request, _("The course “%(title)s” is made.") % {"title": course.title})
        return redirect(course_url(course) or "courses")
    return _form_page(request, form, "courses/course_new.html", {})


@in_course(level=Access.MANAGE, sight=None)
def course_edit(request: HttpRequest, here: Here) -> HttpResponse:
    course = here.course
    with saving(request):
        fresh = held(Course.objects.all(), request).get(pk=course.pk)  # the page shows the course as saved if refused
        form = _form_over(request, fresh)
        if "find" in request.POST:
            form.forget_errors()
        elif form.is_ready() and _kept(form, lambda: _update(form, fresh, request.user, here.at)):
            messages.success(request, _("The course “%(title)s” is saved.") % {"title": fresh.title})
            return redirect(_back(request, fresh))
    uses = sessions_with(course)
    form.fields["teachers_see_results"].help_text = _who_would_see(course)
    context = {"here": here, "course": course, "uses": uses.count(), "url": course_url(course)}
    return _form_page(request, form, "courses/course_edit.html", context)


@in_course(level=Access.MANAGE, sight=None)
@recently_confirmed(gettext_lazy("You are about to delete a course for good."))
def course_deletion(request: HttpRequest, here: Here) -> HttpResponse:
    """Asks first; where sessions use the course it says which."""
    course = here.course
    if request.method == "POST":
        try:
            delete_course(course, by=request.user, at=here.at)
        except CannotDo as error:
            messages.error(request, str(error))
            return redirect("course_deletion", course.code)
        messages.success(request, _("The course “%(title)s” is deleted.") % {"title": course.title})
        return redirect("courses" if request.user.is_administrator else "/")
    uses = sessions_with(course)
    known = uses.filter(pk__in=known_to(request.user))
    context = {"here": here, "course": course, "uses": known[:10], "count": uses.count()}
    return render(request, "courses/course_deletion.html", context)


@require_POST
@managers
def course_opening(request: HttpRequest, code: str) -> HttpResponse:
    """Opens the course without dates: makes its standing session. Where there is one, leads to it."""
    course = get_object_or_404(Course, code__iexact=code)
    found = CourseSession.objects.filter(standing_for=course).first()
    session = found or open_without_dates(course, by=request.user, at=now())
    if found:
        messages.info(request, _("“%(title)s” is open without dates already.") % {"title": course.title})
    else:
        messages.success(
            request, _("“%(title)s” is open without dates. Now add its learners.") % {"title": course.title}
        )
    if manages(request.user, session):
        return redirect("session_overview", session.pk)
    else:
        return redirect("courses")


@require_safe
def course_picture(request: HttpRequest, name: str) -> FileResponse:
    """A course's picture. Its name cannot be guessed; whoever was shown the course was given it."""
    course = Course.objects.filter(picture=f"courses/{name}.webp").first()
    if course is None:
        raise Http404
    try:
        response = FileResponse(course.picture.open("rb"), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _form_over(request: HttpRequest, course: Course) -> CourseForm:
    data, files = sent_files(request)
    return over_theirs(
        lambda typed: CourseForm(typed, files, person=request.user, course=course), data, lambda: last_change_of(course)
    )


def _who_would_see(course: Course) -> str:
    """Whom this setting concerns, before it is saved."""
    teachers = CourseTeacher.objects.filter(course=course, kind=Kind.TEACHER).count()
    learners = Enrolment.objects.filter(session__session_courses__course=course, state__in=Enrolment.LIVE)
    return _("It counts at once. Teachers: %(teachers)d; sessions: %(sessions)d; learners in them: %(learners)d.") % {
        "teachers": teachers,
        "sessions": sessions_with(course).count(),
        "learners": learners.count(),
    }


def _create(form: CourseForm, by: Person, at: datetime) -> Course:
    with transaction.atomic():
        teachers, _removed = form.people("teachers")
        own = [] if by.is_administrator or by.pk in teachers else [by.pk]
        course = create_course(by=by, at=at, teachers=own + teachers, **form.values())
        assistants = [pk for pk in form.people("assistants")[0] if pk not in own]
        set_teachers(course, add=assistants, kind=Kind.ASSISTANT, by=by, at=at)
        _set_picture(form, course, by, at)
    return course


def _update(form: CourseForm, course: Course, by: Person, at: datetime) -> Course:
    with transaction.atomic():
        update_course(course, form.values(), by=by, at=at)
        teachers, former_teachers = form.people("teachers")
        assistants, former_assistants = form.people("assistants")
        gone = set(former_teachers) | set(former_assistants)
        set_teachers(course, remove=gone, by=by, at=at)
        set_teachers(course, add=teachers, kind=Kind.TEACHER, by=by, at=at)
        set_teachers(course, add=assistants, kind=Kind.ASSISTANT, by=by, at=at)
        _set_picture(form, course, by, at)
    return course


def _set_picture(form: CourseForm, course: Course, by: Person, at: datetime) -> None:
    if picture := form.cleaned_data["picture"]:
        set_picture(course, picture, by=by, at=at)
    elif form.cleaned_data.get("remove_picture"):
        remove_picture(course, by=by, at=at)


def _kept(form: CourseForm, do: Callable[[], Course]) -> Course | None:
    """What the action gives; where it refuses, the sentence stands in the form and what was typed is kept."""
    try:
        return do()
    except CannotDo as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _back(request: HttpRequest, course: Course) -> str:
    return "courses" if request.user.is_administrator else course_url(course) or "/"


def _form_page(request: HttpRequest, form: CourseForm, template: str, context: dict[str, Any]) -> HttpResponse:
    """`found_…`: what a search for teachers or assistants found, where there is no JavaScript."""
    for field in ("teachers", "assistants"):
        chosen = form.chosen(field)
        asked = request.POST.get(f"{field}_q", "")
        people = find_people(asked) if request.POST.get("find") == field else []
        there = {choice["id"] for choice in chosen}
        context[f"chosen_{field}"] = chosen
        context[f"found_{field}"] = [person_choice(p, to=request.user) for p in people if p.pk not in there]
        context[f"asked_{field}"] = asked
    return render(request, template, context | {"form": form}, status=form.status)
