"""What the frame around every page needs."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db.models import Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from encore.base.display import zone_words
from encore.courses.context import Here
from encore.courses.models import CourseCoach, CourseTeacher, GeneralCoach
from encore.courses.rules import Action
from encore.courses.words import Sight
from encore.people.models import Person
from encore.toolkit.permission import is_locked, why_not_arrange
from encore.toolkit.places import address
from encore.web.cards import Door
from encore.web.menu import Tasks, duties, menu_for

TASKS = "tasks"


def frame(request: HttpRequest) -> dict[str, Any]:
    """The menu and what the top bar shows; inside a course also the coach's own pages. No query of its own."""
    person = getattr(request, "user", None)
    language = translation.get_language() or settings.LANGUAGE_CODE
    about = {
        "platform_name": settings.PLATFORM_NAME,
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "home_url": reverse("home"),
        "sign_in_url": reverse("sign_in"),
        "menu": [],
        "person": None,
        "theme": "",
    }
    if person is None or not person.is_authenticated:
        return {"frame": about}
    menu = menu_for(person, request.path, tasks_of(request))
    about |= {
        "menu": menu,
        "duties": duties(menu),
        "person": person,
        "picture_url": person.picture_url,
        "theme": person.theme,
        "profile_url": reverse("profile"),
        "sign_out_url": reverse("sign_out"),
        "theme_url": "" if getattr(request, "acting", None) else reverse("theme"),
        "search_url": reverse("search"),
        "zone_words": zone_words(timezone.get_current_timezone()),
        "acting": _acting(request),
        "viewing": _viewing(getattr(request, "here", None)),
    }
    return {"frame": about, "tools_more": coach_pages(getattr(request, "here", None), request.path)}


def _acting(request: HttpRequest) -> dict[str, Any] | None:
    """Who acts as whom, for the bar over every page."""
    state = getattr(request, "acting_state", None)
    if state is None:
        return None
    return {"name": state.subject.name, "until": state.until, "end_url": reverse("act_as_end")}


def _viewing(here: Here | None) -> dict[str, Any] | None:
    """The moment at which one looks as a learner, for the bar over the pages of that session."""
    if here is None or here.viewing_as is None:
        return None
    return {
        "at": here.at,
        "zone": here.session.time_zone,
        "change_url": reverse("view_as_learner", args=[here.session.pk]),
        "end_url": reverse("view_as_learner_end"),
    }


def tasks_of(request: HttpRequest) -> Tasks:
    """Whether to offer My courses and To mark. Assistants and coaches have no role on the platform: what they do is
    looked up when somebody signs in, and remembered with whom it is about; the home page, and the pages of a course or
    a session they do it in, know better.
    """
    here, person = getattr(request, "here", None), cast(Person, request.user)
    whose, writes, coaches = request.session.get(TASKS, (None, False, False))
    known = Tasks(writes, coaches) if whose == person.pk else look_up(request, person)
    return Tasks(
        writes_courses=known.writes_courses
        or person.is_teacher
        or (here is not None and here.session is None and here.writes),
        coaches=known.coaches or (here is not None and bool(here.standing.coach_spells)),
    )


def look_up(request: HttpRequest, person: Person) -> Tasks:
    """What somebody does in courses and sessions, remembered. One query."""
    writing = CourseTeacher.objects.filter(person=person).annotate(task=Value("writes"))
    coaching = [
        model.objects.filter(person=person).annotate(task=Value("coaches")) for model in (CourseCoach, GeneralCoach)
    ]
    found = set(
        writing.order_by().values_list("task").union(*(rows.order_by().values_list("task") for rows in coaching))
    )
    tasks = Tasks(("writes",) in found, ("coaches",) in found)
    remember(request, person, tasks)
    return tasks


def remember(request: HttpRequest, person: Person, tasks: Tasks) -> None:
    told = [person.pk, tasks.writes_courses, tasks.coaches]
    if request.session.get(TASKS) != told:
        request.session[TASKS] = told


def coach_pages(here: Here | None, path: str) -> list[dict[str, Any]]:
    """What those who coach or write find below the tools of a course."""
    pages = []
    if here is not None and (url := Door(here).learners_url):
        pages.append({"label": gettext("Learners"), "icon": "users", "url": url})
        pages.append({"label": gettext("Progress"), "icon": "layout-grid", "url": Door(here).progress_url})
    if here is not None and here.course is not None and (url := Door(here).to_mark_url):
        pages.append({"label": gettext("To mark"), "icon": "square-pen", "url": url})
    if here is not None and here.course is not None and here.writes and here.sees(Sight.CONTENT):
        words = gettext("This session's changes") if here.session else gettext("Not published yet")
        pages.append({"label": words, "icon": "file-diff", "url": address(here, "changes:index")})
    if here is not None and here.course is not None and (url := Door(here).view_as_url):
        pages.append({"label": gettext("View as a learner"), "icon": "eye", "url": url})
    if here is not None and here.course is not None:
        locked = is_locked(here, Action.HIDE)
        if locked or not why_not_arrange(here, Action.HIDE):
            icon = "lock" if locked else "list-ordered"
            pages.append({"label": gettext("Order of tools"), "icon": icon, "url": address(here, "tools:index")})
    return [{**page, "current": path == page["url"], "new": 0} for page in pages]
