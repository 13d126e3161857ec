"""The page of an item's dates, and the doors that they close."""

from datetime import timedelta

import pytest
from django.utils import timezone

from encore.courses.context import here_for
from encore.toolkit.models import ItemSettings, Schedule
from encore.toolkit.places import address
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def ethics(make_course, dolores):
    return make_course("ETH", "Ethics", teachers=[dolores])


@pytest.fixture
def spring(make_session, ethics, amina, chidi, now):
    return make_session(
        "Spring",
        [ethics],
        learners=[amina],
        coaches=[chidi],
        opens_at=now - timedelta(days=5),
        closes_at=now + timedelta(days=5),
    )


def write(person, title, at, parent=None, kind="page"):
    here = here_for(person, at=at, code="ETH")
    draft = create_item(here, kind, title=title, content=kind_named(kind).content(), parent=parent)
    publish([draft], here)
    return draft.item


@pytest.fixture
def page(ethics, dolores, now):
    return write(dolores, "Rules", now)


def in_spring(person, spring, route, item, now):
    here = here_for(person, at=now, session=spring.pk, code="ETH")
    return address(here, f"documents:{route}", uuid=item.uuid)


def test_a_coach_sets_a_date_for_this_session_only(client_of, spring, page, chidi, now):
    url = in_spring(chidi, spring, "dates", page, now)

    assert client_of(chidi).post(url, {"opens": "", "due": "end - 2 DAYS", "closes": ""}).status_code == 302

    settings = ItemSettings.objects.get(item=page)
    assert (settings.session_course.session, settings.due) == (spring, "end - 2 days")
    assert Schedule.objects.get(item=page).due == spring.closes_at - timedelta(days=2)


def test_a_bad_moment_is_an_error_beside_the_field_and_what_was_typed_stays(client_of, spring, page, chidi, now):
    answer = client_of(chidi).post(in_spring(chidi, spring, "dates", page, now), {"due": "the day after", "opens": ""})

    assert answer.status_code == 200
    assert "due" in answer.context["form"].errors
    assert "the day after" in answer.content.decode()
    assert not ItemSettings.objects.exists()


def test_a_learner_finds_no_dates_page(client_of, spring, page, amina, now):
    assert client_of(amina).get(in_spring(amina, spring, "dates", page, now)).status_code == 403


def test_an_item_that_is_not_open_yet_is_listed_and_says_when_it_opens(client_of, spring, page, chidi, amina, now):
    client_of(chidi).post(in_spring(chidi, spring, "dates", page, now), {"opens": "end - 1 day"})

    learner = client_of(amina)
    listed = learner.get(f"/sessions/{spring.pk}/ETH/documents/")
    opened = learner.get(in_spring(amina, spring, "show", page, now))

    assert "Rules" in listed.content.decode()
    assert (opened.status_code, "Not open yet" in opened.content.decode()) == (403, True)
    assert client_of(chidi).get(in_spring(chidi, spring, "show", page, now)).status_code == 200


def test_what_lies_in_a_closed_folder_is_closed_too(client_of, spring, dolores, chidi, amina, now):
    folder = write(dolores, "Week 4", now, kind="folder")
    inside = write(dolores, "Inside", now, parent=folder)
    client_of(chidi).post(in_spring(chidi, spring, "dates", folder, now), {"opens": "end - 1 day"})

    learner = client_of(amina)

    assert learner.get(in_spring(amina, spring, "show", folder, now)).status_code == 403
    assert learner.get(in_spring(amina, spring, "show", inside, now)).status_code == 404
