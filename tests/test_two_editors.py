"""Every page on which two people may edit the same thing: the second sees what changed, and nothing is lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from encore.courses.actions.category import add_category, rename_category
from encore.courses.actions.course import update_course
from encore.courses.actions.enrolment import set_personal_time
from encore.courses.actions.session import set_coach_time, update_session
from encore.courses.context import here_for
from encore.courses.models import CourseCategory, GeneralCoach, SessionCategory
from encore.people.actions import create_class, update_class, update_person
from encore.toolkit.places import address
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.settings import set_settings


@dataclass
class Edited:
    """What is edited: where, what the first saves, how it is told, what the second types, and both as they end."""

    page: str
    first: Callable[[], Any]
    told: str
    typed: dict[str, str]
    there: Callable[[], list[Any]]
    both: list[Any]


@pytest.fixture
def edited(request, make_course, make_session, amina, chidi, dolores, edna, sara, at):
    course = make_course("ETH", "Ethics", teachers=[dolores])
    session = make_session("Spring", [course], learners=[amina], general=[chidi], time_zone="UTC")
    admin = f"/administration/sessions/{session.pk}/"
    return globals()[f"_{request.param}"](locals())


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def _session(the):
    session = the["session"]
    return Edited(
        the["admin"] + "edit/",
        lambda: update_session(session, {"description": "First"}, by=the["edna"], at=the["at"]),
        "Description: none → First",
        {"seats": "9"},
        lambda: [fresh(session).description, fresh(session).seats],
        ["First", 9],
    )


def _personal_time(the):
    enrolment = the["session"].enrolments.get()
    times = {"opens_at": None, "closes_at": None, "extra_days": 4}
    return Edited(
        f"{the['admin']}people/{enrolment.pk}/",
        lambda: set_personal_time(enrolment, **times, reason="First", by=the["edna"], at=the["at"]),
        "Extra days: none → 4",
        {"reason": "Second"},
        lambda: [fresh(enrolment).extra_days, fresh(enrolment).time_reason],
        [4, "Second"],
    )


def _coach(the):
    coach = GeneralCoach.objects.get()
    return Edited(
        f"{the['admin']}coaches/{coach.pk}/",
        lambda: set_coach_time(coach, from_at=the["at"].replace(hour=0), until_at=None, by=the["edna"], at=the["at"]),
        "From: none → 24 November 2026",
        {"until_on": "2099-01-01"},
        lambda: [str(fresh(coach).from_at), str(fresh(coach).until_at)],
        ["2026-11-24 00:00:00+00:00", "2099-01-02 00:00:00+00:00"],
    )


def _course(the):
    course = the["course"]
    return Edited(
        "/administration/courses/ETH/edit/",
        lambda: update_course(course, {"language": "pt"}, by=the["edna"], at=the["at"]),
        "Language: none → Português",
        {"title": "Second"},
        lambda: [fresh(course).language, fresh(course).title],
        ["pt", "Second"],
    )


def _session_category(the):
    return _category(the, SessionCategory, "session-categories")


def _course_category(the):
    return _category(the, CourseCategory, "course-categories")


def _category(the, model, where):
    category = add_category(model, "Old", by=the["edna"], at=the["at"])
    return Edited(
        f"/administration/{where}/{category.pk}/",
        lambda: rename_category(fresh(category), "First", by=the["edna"], at=the["at"]),
        "Name: Old → First (yours: Second)",
        {"name": "Second"},
        lambda: [fresh(category).name],
        ["Second"],
    )


def _person(the):
    person = the["amina"]
    return Edited(
        f"/administration/people/{person.uuid}/edit/",
        lambda: update_person(fresh(person), {"phone": "12"}, by=the["edna"], at=the["at"]),
        "Phone: none → 12",
        {"official_code": "A-7"},
        lambda: [fresh(person).phone, fresh(person).official_code],
        ["12", "A-7"],
    )


def _class(the):
    school_class = create_class(name="Nurses", by=the["edna"], at=the["at"])
    facts = {"name": "Nurses", "description": "First"}
    return Edited(
        f"/administration/classes/{school_class.uuid}/edit/",
        lambda: update_class(fresh(school_class), **facts, by=the["edna"], at=the["at"]),
        "Description: none → First",
        {"name": "Second"},
        lambda: [fresh(school_class).description, fresh(school_class).name],
        ["First", "Second"],
    )


def _dates(the):
    here = here_for(the["edna"], at=the["at"], code="ETH")
    draft = create_item(here, "page", title="Rules", content=kind_named("page").content())
    publish([draft], here)
    item = draft.item
    return Edited(
        address(here, "documents:dates", uuid=item.uuid),
        lambda: set_settings(item, here, opens="start + 1 days", due=None, closes=None),
        "Opens: none → start + 1 day",
        {"due": "end - 2 DAYS"},
        lambda: list(item.settings.values_list("opens", "due").get()),
        ["start + 1 day", "end - 2 days"],
    )


KINDS = [name[1:] for name in list(globals()) if name.startswith("_") and name[1:2].isalpha() and name != "_category"]
every_page = pytest.mark.parametrize("edited", KINDS, indirect=True)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def values(form):
    sent = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in sent.items() if value is not False}


def save(client, edited, sent):
    """Send it, and confirm what it asks."""
    answer = client.post(edited.page, sent)
    if answer.status_code == 200 and answer.context and "digest" in answer.context:
        answer = client.post(edited.page, {**sent, "confirmed": answer.context["digest"]})
    return answer


@every_page
def test_the_second_sees_what_the_first_changed_and_keeps_both(client_of, edna, edited):
    client = client_of(edna)
    opened = values(client.get(edited.page).context["form"])
    edited.first()
    before = edited.there()

    conflict = client.post(edited.page, {**opened, **edited.typed})
    assert conflict.status_code == 409
    assert "Somebody else changed this while you were editing" in words(conflict)
    assert edited.told in words(conflict)
    assert edited.there() == before

    assert save(client, edited, values(conflict.context["form"])).status_code == 302
    assert edited.there() == edited.both


@every_page
def test_a_double_click_saves_once_and_meets_no_conflict(client_of, edna, edited):
    client = client_of(edna)
    sent = {**values(client.get(edited.page).context["form"]), **edited.typed}
    assert [save(client, edited, sent).status_code for _n in range(2)] == [302, 302]
