"""View as a learner of this session: what is seen, what is not, and that nothing can be sent."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings

from conftest import PASSWORD
from encore.courses.actions.session import set_course_coaches
from encore.courses.context import here_for
from encore.courses.models import Enrolment
from encore.courses.rules import Standing, decide, seen_as_learner
from encore.courses.tests.test_rules import cases
from encore.courses.viewing import LEARNER, LONGEST, as_learner
from encore.courses.words import Access
from encore.ledger.models import AuditEntry
from encore.toolkit.models import Completion, Draft
from encore.toolkit.places import address
from encore.toolkit.publishing import open_draft, save_draft, set_visible
from encore.toolkit.registry import kind_named
from encore.toolkit.settings import set_settings
from tests.isolation.addresses import every_route

DAY = timedelta(days=1)
BAR = "You see this as a learner on"


@pytest.fixture
def session(make_session, ethics, amina, chidi, at):
    """Runs since five days before `at` and for ten days more."""
    return make_session("Autumn", [ethics], [amina], [chidi], opens_at=at - 5 * DAY, closes_at=at + 10 * DAY)


@pytest.fixture(autouse=True)
def _clock(clock):
    """The pages stand at `at`."""


@pytest.fixture
def view(client_of, session):
    """view(chidi, moment) → a browser in which he looks as a learner at that moment (of Brussels)."""

    def begin(person, moment, course="ETH", in_session=None):
        client = client_of(person)
        wall = moment.astimezone((in_session or session).zone)
        data = {"on": f"{wall:%Y-%m-%d}", "clock": f"{wall:%H:%M}", "course": course}
        answer = client.post(reverse("view_as_learner", args=[(in_session or session).pk]), data)
        assert answer.status_code == 302, answer.content.decode()
        return client

    return begin


def page(client, session, path="ETH/"):
    return client.get(f"/sessions/{session.pk}/{path}")


def main(response):
    html = response.content.decode()
    words = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", words).split())


# What is seen


def test_the_bar_says_whose_eyes_and_when_on_every_page_of_the_session(view, chidi, session, at):
    client = view(chidi, at + DAY)

    for path in ("", "ETH/", "ETH/documents/", "ETH/documents/00000000-0000-4000-8000-000000000001/"):
        words = " ".join(re.sub(r"<[^>]+>", " ", page(client, session, path).content.decode()).split())
        assert "You see this as a learner on 25 Nov 2026, 10:00 . Nothing can be sent." in words, path
    assert BAR not in client.get("/").content.decode()


def test_drafts_and_hidden_items_are_absent_and_closed_ones_are_closed(view, chidi, session, place, write, at):
    here = place(chidi, session)
    write(here, "Draft", published=False)
    set_visible(write(here, "Hidden"), here, False)
    shut = write(here, "Later")
    set_settings(shut, here, opens=f"{at + 2 * DAY:%Y-%m-%d}", due=None, closes=None)
    seen = write(here, "Shown")

    before, after = view(chidi, at), view(chidi, at + 3 * DAY)
    words = main(page(before, session, "ETH/documents/"))

    assert "Shown" in words and "Later" in words
    assert "Draft" not in words and "Hidden" not in words
    for client, status in ((before, 403), (after, 200)):
        assert client.get(address(here, "documents:show", uuid=shut.uuid)).status_code == status
    assert before.get(address(here, "documents:show", uuid=seen.uuid)).status_code == 200


def test_the_door_is_closed_before_and_after(view, chidi, make_session, ethics, at):
    session = make_session(
        "Soon", [ethics], coaches=[chidi], opens_at=at + DAY, closes_at=at + 3 * DAY, coach_days_before=5,
        after_end="closed",
    )  # fmt: skip

    for moment, words in ((at, "Opens on"), (at + 4 * DAY, "is closed now")):
        answer = page(view(chidi, moment, in_session=session), session)
        assert answer.status_code == 403
        assert words in main(answer)
        assert "Chidi Obi" in main(answer)  # as a learner is told whom to ask
    assert page(view(chidi, at + 2 * DAY, in_session=session), session).status_code == 200


def test_read_only_after_the_end_is_said_as_to_a_learner(view, chidi, session, at):
    assert 'class="read-only-bar"' in page(view(chidi, at + 20 * DAY), session).content.decode()
    assert 'class="read-only-bar"' not in page(view(chidi, at), session).content.decode()


def test_a_draft_session_is_not_there_for_a_learner(view, chidi, make_session, ethics, at):
    session = make_session("Draft", [ethics], coaches=[chidi], state="draft")

    answer = page(view(chidi, at, in_session=session), session)

    assert answer.status_code == 403
    assert "A learner does not find this place" in main(answer)


def test_the_pages_say_what_they_say_to_a_new_learner_but_for_how_far_they_are(
    view, client_of, chidi, boris, edna, session, place, write, at
):
    from encore.courses.actions.enrolment import enrol

    enrol([boris.pk], session, by=edna, at=at)
    here = place(chidi, session)
    set_visible(write(here, "Hidden"), here, False)
    item = write(here, "Hand this in")
    set_settings(item, here, opens=None, due="2026-11-30", closes=None)

    looking, learner = view(chidi, at), client_of(boris)

    for path in ("", "ETH/", "ETH/documents/", "ETH/links/", "ETH/description/"):
        told = main(page(learner, session, path)).replace(" How far you are", "").replace(" 0% 0%", "")
        told = told.replace(" What you got My results", "").replace(
            " My results", ""
        )  # which nobody has who only looks
        assert main(page(looking, session, path)) == told, path


def test_pages_of_coaches_are_missing(view, chidi, session, at):
    client = view(chidi, at)

    answer = page(client, session, "ETH/learners/")

    assert answer.status_code == 403
    assert "A learner does not have this page." in main(answer)
    assert "/ETH/learners/" not in page(client, session).content.decode()


def test_other_places_are_as_usual(view, client_of, chidi, session, make_session, ethics, at):
    other = make_session("Other", [ethics], coaches=[chidi])
    client = view(chidi, at)

    assert "/ETH/learners/" in page(client, other).content.decode()
    assert BAR not in page(client, other).content.decode()


# Never more than the coach


@settings(max_examples=300, deadline=None)
@given(cases(), cases())
def test_nobody_sees_more_by_looking_as_a_learner(own_case, other):
    standing, terms, at = own_case
    _standing, _terms, moment = other
    own, learner = decide(standing, terms, at), decide(LEARNER, terms, moment)

    seen = seen_as_learner(own, learner)

    assert seen.level == min(own.level, learner.level, Access.READ)
    assert seen.sees == own.sees & learner.sees
    assert seen.reason in (own.reason, learner.reason)


def test_a_learner_without_a_role_of_their_own_decides_alone():
    assert Standing(enrolment=LEARNER.enrolment) == LEARNER


def test_another_course_of_the_session_stays_closed_to_its_coach(
    view, client_of, chidi, make_course, edna, session, at
):
    from encore.courses.actions.session import add_courses

    add_courses(session, [make_course("LAW").pk], by=edna, at=at)

    assert page(client_of(chidi), session, "LAW/").status_code == 403
    answer = page(view(chidi, at), session, "LAW/")

    assert answer.status_code == 403
    assert "You coach another course of this session." in main(answer)
    assert f'href="/sessions/{session.pk}/LAW/"' not in page(view(chidi, at), session, "").content.decode()


def test_who_stops_coaching_sees_nothing_any_more(view, chidi, edna, session, at):
    client = view(chidi, at)
    place = session.session_courses.get()
    set_course_coaches(place, remove=[chidi.pk], by=edna, at=at)

    assert page(client, session).status_code == 404


@pytest.mark.parametrize("who", ["amina", "dolores", "henri", "sara", "boris"])
def test_only_who_coaches_or_manages_and_sees_the_content_may(who, request, client_of, session):
    client = client_of(request.getfixturevalue(who))

    for method in (client.get, client.post):
        assert method(reverse("view_as_learner", args=[session.pk])).status_code in (403, 404)


def test_a_session_administrator_without_content_may_not(client_of, sara, make_session, ethics):
    session = make_session("Hers", [ethics], owner=sara)

    assert client_of(sara).post(reverse("view_as_learner", args=[session.pk])).status_code == 403


# Nothing can be sent, nothing is noted


def test_no_route_of_the_session_takes_anything_while_one_looks(view, edna, session, at):
    """Edna may everything; looking as a learner she may send nothing anywhere in this session."""
    client = view(edna, at)
    words = {"uuid": "00000000-0000-4000-8000-000000000001", "name": "a.txt", "kind": "page", "form": "csv"}
    routes = [route for route in every_route() if "session" in route.place_words]
    asked = 0

    for route in routes:
        if route.name == "view_as_learner":
            continue
        place = {"session": session.pk, "code": "ETH"}
        values = {word: place[word] for word in route.place_words}
        for pair in route.ids.split():
            word = pair.split(":")[0]
            values[word] = words["uuid"] if pair.endswith("UUID") else words.get(word, 1)
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client, method)(reverse(route.name, kwargs=values))
            assert answer.status_code in (403, 405), (route.name, method, answer.status_code)
            if method == "post" and answer.status_code == 403:
                assert "nothing can be sent" in answer.content.decode(), route.name
                asked += 1

    assert asked > 40


def test_a_second_tab_does_not_write_by_surprise(view, chidi, session, place, write, at):
    here = place(chidi, session)
    item = write(here, "Page")
    draft = open_draft(item, here)
    save_draft(draft, here, title="Page", content=kind_named("page").content(), stamp=draft.stamp)
    client = view(chidi, at)  # the tab with the form was open before

    answer = client.post(address(here, "documents:edit", uuid=item.uuid), {"title": "Changed", "do": "save"})

    assert answer.status_code == 403
    assert Draft.objects.get().title == "Page"


def test_nothing_is_noted_even_of_a_coach_who_learns_there_too(view, chidi, edna, session, place, write, at):
    from encore.courses.actions.enrolment import enrol

    here = place(chidi, session)
    item = write(here, "Page")
    enrol([chidi.pk], session, by=edna, at=at)
    client = view(chidi, at)

    page(client, session)
    client.get(address(here, "documents:show", uuid=item.uuid))

    assert Enrolment.objects.get(person=chidi).first_entered_at is None
    assert not Completion.objects.exists()


def test_a_coach_who_learns_there_too_does_not_see_their_own_progress(chidi, edna, session, at):
    from encore.courses.actions.enrolment import enrol

    enrol([chidi.pk], session, by=edna, at=at)
    here = here_for(chidi, at=at, session=session.pk, code="ETH")

    assert as_learner(here, at).enrolment is None
    assert as_learner(here, at).records is False


# Begin and end


def test_the_button_stands_where_coaches_work(client_of, chidi, amina, session):
    for path in ("", "ETH/"):
        assert "/view-as-learner/" in page(client_of(chidi), session, path).content.decode()
        assert "/view-as-learner/" not in page(client_of(amina), session, path).content.decode()


def test_begin_and_end_are_recorded(view, chidi, session, at):
    client = view(chidi, at + DAY)
    client.post(reverse("view_as_learner_end"))

    entries = AuditEntry.objects.order_by("pk").values_list("verb", "by", "course_session_id")
    assert list(entries)[-2:] == [
        ("view as learner", chidi.pk, session.pk),
        ("end view as learner", chidi.pk, session.pk),
    ]


def test_one_click_ends_it_on_the_same_page(view, chidi, session, at):
    client = view(chidi, at)
    here = f"/sessions/{session.pk}/ETH/documents/"

    answer = client.post(reverse("view_as_learner_end"), {"next": here})

    assert answer["Location"] == here
    assert BAR not in client.get(here).content.decode()


def test_the_end_leads_nowhere_else(view, chidi, session, at):
    answer = view(chidi, at).post(reverse("view_as_learner_end"), {"next": "https://example.org/"})

    assert answer["Location"] == f"/sessions/{session.pk}/"


def test_another_moment_is_chosen_without_ending_first(view, chidi, session, at):
    client = view(chidi, at)

    assert client.get(reverse("view_as_learner", args=[session.pk])).status_code == 200
    client.post(reverse("view_as_learner", args=[session.pk]), {"on": "2026-12-01", "clock": "12:00"})

    assert "1 Dec 2026, 12:00" in page(client, session).content.decode()


def test_an_impossible_day_is_said(client_of, chidi, session):
    answer = client_of(chidi).post(reverse("view_as_learner", args=[session.pk]), {"on": "2026-13-01", "clock": ""})

    assert answer.status_code == 422


def test_it_ends_after_some_hours(view, clock, chidi, session, at):
    client = view(chidi, at)
    clock(at + LONGEST)

    assert BAR not in page(client, session).content.decode()


def test_it_ends_with_the_sign_in_and_that_is_recorded(db, chidi, session, clock, view, at):
    client = view(chidi, at)
    client.post(reverse("sign_out"))
    client.post(reverse("sign_in"), {"username": "chidi", "password": PASSWORD})

    assert BAR not in page(client, session).content.decode()
    assert "end view as learner" in AuditEntry.objects.values_list("verb", flat=True)


def test_it_stays_in_its_browser(view, client_of, chidi, session, at):
    view(chidi, at)

    assert BAR not in page(client_of(chidi), session).content.decode()


def test_it_costs_no_query_more(view, client_of, chidi, session, at, queries_of):
    path = f"/sessions/{session.pk}/ETH/documents/"

    usual, looking = queries_of(client_of(chidi), path), queries_of(view(chidi, at), path)

    assert looking <= usual
