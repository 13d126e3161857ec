"""Activity: how often something was opened and how long somebody was at it, gathered and written in batches."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from encore.courses.actions.enrolment import enrol, withdraw
from encore.courses.context import here_for
from encore.courses.models import Enrolment
from encore.toolkit import activity
from encore.toolkit.activity import flush, note_opened, note_seconds
from encore.toolkit.models import Activity
from encore.toolkit.places import address
from encore.toolkit.publishing import set_visible
from encore.toolkit.scoping import closed_in
from encore.toolkit.settings import set_settings
from encore.toolkit.tests.places import queries
from encore.toolkit.tests.test_transfer_races import at_once


@pytest.fixture
def page(place, write, dolores):
    return write(place(dolores), "Welcome")


@pytest.fixture
def open_now(ethics):
    """open_now(amina, autumn, at) → here, at that moment."""
    return lambda person, session, at: here_for(person, at=at, session=session.pk, code="ETH")


def told(post, here, item, seconds, minutes=0):
    return post(here, "items:activity", {"seconds": seconds}, uuid=item.uuid)


def test_each_opening_counts(place, page, get, amina, autumn):
    for _time in range(3):
        get(place(amina, autumn), "documents:show", uuid=page.uuid)

    assert not Activity.objects.exists()
    assert flush() == 1
    row = Activity.objects.get()
    assert (row.enrolment.person, row.item, row.opened, row.seconds) == (amina, page, 3, 0)
    get(place(amina, autumn), "documents:show", uuid=page.uuid)
    flush()
    row.refresh_from_db()
    assert row.opened == 4


def test_the_page_says_where_to_tell_and_only_to_who_is_recorded(place, page, get, post, amina, chidi, autumn, ended):
    here = place(amina, autumn)
    line = f'data-activity="{address(here, "items:activity", uuid=page.uuid)}"'

    assert line in get(here, "documents:show", uuid=page.uuid).content.decode()
    for other in (place(chidi, autumn), place(amina, ended)):
        assert "data-activity" not in get(other, "documents:show", uuid=page.uuid).content.decode()
        assert told(post, other, page, 60).status_code == 204
    flush()
    assert set(Activity.objects.values_list("seconds", flat=True)) == {0}


def test_seconds_are_noted_for_the_learner_who_tells_them(place, page, post, amina, autumn, at):
    Enrolment.objects.filter(person=amina).update(first_entered_at=at - timedelta(days=1000))

    assert told(post, place(amina, autumn), page, 90).status_code == 204
    flush()
    row = Activity.objects.get()
    assert (row.session, row.enrolment.person, row.item, row.seconds) == (autumn, amina, page, 90)


def test_no_more_seconds_than_the_clock_allows(open_now, page, amina, autumn, at):
    Enrolment.objects.filter(person=amina).update(first_entered_at=at - timedelta(days=1))

    def tell(seconds, after):
        return note_seconds(page.pk, open_now(amina, autumn, at + timedelta(seconds=after)), seconds)

    assert tell(99_999, 0) == 300
    assert tell(100, 0) == 0
    assert tell(100, 40) == 40
    flush()
    activity.forget()  # as another process, which knows what is written
    assert tell(100, 50) == 10
    flush()
    assert Activity.objects.get().seconds == 350


def test_nobody_was_here_before_they_came(open_now, page, amina, autumn, at):
    Enrolment.objects.filter(person=amina).update(first_entered_at=at - timedelta(seconds=20))

    assert note_seconds(page.pk, open_now(amina, autumn, at), 100) == 20


@pytest.mark.parametrize("seconds", ["", "-5", "many", "1e3", "٣", "1000000"])
def test_what_is_no_number_of_seconds_is_refused(place, page, post, amina, autumn, seconds):
    assert told(post, place(amina, autumn), page, seconds).status_code == 400


def test_what_does_not_show_here_cannot_be_told_of(
    place, page, write, post, amina, carla, dolores, chidi, autumn, spring
):
    hidden, closed = write(place(dolores), "Hidden"), write(place(dolores), "Closed")
    set_visible(hidden, place(chidi, autumn), False)
    set_settings(closed, place(dolores), opens=None, due=None, closes="2020-01-01")
    elsewhere = write(place(carla, spring), "Of the other session")
    here = place(amina, autumn)
    assert closed.pk in closed_in(here)

    for item in (hidden, closed, elsewhere):
        assert told(post, here, item, 5).status_code == 404
    assert post(place(carla, spring), "items:activity", {"seconds": 5}, uuid=page.uuid).status_code == 204
    assert flush() == 0


def test_telling_asks_a_fixed_number_of_queries(place, page, client_of, amina, autumn, django_assert_max_num_queries):
    client, url = client_of(amina), address(place(amina, autumn), "items:activity", uuid=page.uuid)
    client.post(url, {"seconds": 5})

    assert queries(django_assert_max_num_queries, 10, lambda: client.post(url, {"seconds": 5})) <= 10


def test_a_batch_is_two_queries(place, write, dolores, amina, boris, autumn, spring, django_assert_max_num_queries):
    items = [write(place(dolores), f"Page {n}") for n in range(5)]
    for person, session in ((amina, autumn), (boris, spring)):
        here = place(person, session)
        for item in items:
            note_opened(item.pk, here, here.enrolment)

    assert queries(django_assert_max_num_queries, 2, flush) == 2
    assert Activity.objects.count() == 10


def test_two_enrolments_of_one_person_never_mix(place, page, edna, amina, autumn, at):
    here = place(amina, autumn)
    note_opened(page.pk, here, here.enrolment)
    flush()
    note_opened(page.pk, here, here.enrolment)
    withdraw([here.enrolment], by=edna, at=at, reason="")
    enrol([amina.pk], autumn, by=edna, at=at, returning="again")
    here = place(amina, autumn)
    note_opened(page.pk, here, here.enrolment)

    flush()  # what the first had done when it ended is left out

    rows = Activity.objects.order_by("enrolment").values_list("enrolment__number", "opened")
    assert list(rows) == [(1, 1), (2, 1)]


def test_what_could_not_be_written_is_written_the_next_time(place, page, amina, autumn, monkeypatch):
    here = place(amina, autumn)
    note_opened(page.pk, here, here.enrolment)

    def fail(rows):
        raise DatabaseError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(activity, "_add", fail)
        with pytest.raises(DatabaseError):
            flush()
    note_opened(page.pk, here, here.enrolment)
    flush()
    assert Activity.objects.get().opened == 2


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_add_at_the_same_time_both_count(place, write, edna, amina, autumn):
    pages = [write(place(edna), f"Page {n}") for n in range(3)]
    here = place(amina, autumn)

    def add():
        for _time in range(10):
            rows = {(autumn.pk, here.enrolment.pk, page.pk): entry(here, page) for page in pages}
            activity._write(rows)

    def entry(here, page):
        return activity.Gathered(here.session_course.pk, 1, 2, here.at, here.at)

    assert [o for o in at_once(add, add, add) if isinstance(o, Exception)] == []
    assert set(Activity.objects.values_list("opened", "seconds")) == {(30, 60)}


@pytest.mark.django_db(transaction=True)
def test_the_process_writes_by_itself(place, write, edna, amina, autumn, settings):
    page = write(place(edna), "Page")
    settings.ACTIVITY_SECONDS = 0.05
    here = place(amina, autumn)
    note_opened(page.pk, here, here.enrolment)

    waiting = threading.Event()
    for _moment in range(100):
        connection.close()
        if Activity.objects.filter(opened=1).exists():
            break
        waiting.wait(0.05)
    assert Activity.objects.get().opened == 1
