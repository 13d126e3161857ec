"""Administration → Sessions: the list, and the rule behind its tabs."""

import random
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from encore.courses.actions.enrolment import set_state, withdraw
from encore.courses.models import CourseSession, Enrolment, SessionCategory
from encore.courses.queries.sessions import Tab, in_tab, rows_of, tab_counts
from encore.courses.rules import tab_of
from encore.courses.windows import terms_of

LIST = "/administration/sessions/"


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def titles(response):
    return [row.session.title for row in response.context["rows"]]


@pytest.fixture
def seen_by(client_of):
    """seen_by(edna, "?q=x") → the list as she sees it."""

    def see(person, query=""):
        return client_of(person).get(LIST + query)

    return see


def test_the_tabs_in_sql_are_the_rule(make_session, at):
    dice = random.Random(7)
    template = make_session("Template")
    moments = [None, *(at + timedelta(hours=hours) for hours in (-48, -1, 0, 1, 48))]
    rows = []
    for n in range(400):
        opens, closes = dice.choice(moments), dice.choice(moments)
        if opens and closes and closes <= opens:
            opens, closes = closes, None
        duration = dice.choice([None, 5]) if not opens and not closes else None
        state = dice.choice(CourseSession.State.values)
        facts = {"opens_at": opens, "closes_at": closes, "duration_days": duration, "state": state}
        rows.append(
            CourseSession(title=f"S{n}", time_zone="UTC", owner=template.owner, created_at=at, changed_at=at, **facts)
        )
    CourseSession.objects.bulk_create(rows)

    for tab in (Tab.CURRENT, Tab.UPCOMING, Tab.PAST, Tab.DRAFTS):
        found = set(CourseSession.objects.filter(in_tab(tab, at)).values_list("pk", flat=True))
        expected = {
            s.pk
            for s in CourseSession.objects.all()
            if (Tab.DRAFTS if s.state == "draft" else Tab(str(tab_of(terms_of(s), at)))) is tab
        }
        assert found == expected
    counts = tab_counts(CourseSession.objects.all(), at)
    assert counts["all"] == 401 == sum(counts[tab] for tab in counts if tab != "all")


def test_a_session_that_has_only_an_end_is_current_until_then(make_session, seen_by, edna):
    make_session("Ends tomorrow", closes_at=now() + timedelta(days=1))
    make_session("Ended yesterday", closes_at=now() - timedelta(days=1))

    assert titles(seen_by(edna, "?list=current")) == ["Ends tomorrow"]
    assert titles(seen_by(edna, "?list=past")) == ["Ended yesterday"]


def test_tabs_count_what_the_filters_leave(make_session, seen_by, edna):
    for n in range(3):
        make_session(f"Spring {n}")
    make_session("Autumn", state="draft")

    page = seen_by(edna, "?q=spring")

    assert {str(name): count for name, _words, count in page.context["tabs"]} == {
        "all": 3,
        "current": 3,
        "upcoming": 0,
        "past": 0,
        "drafts": 0,
    }


@pytest.mark.parametrize(
    "query",
    [
        "?q=RENEE",
        "?q=cafe+renee",
        "?category=1",
        "?course=eth",
        "?course=ethik+grund",
        "?coach=obi",
        "?coach=Chidi+Obi",
        "?state=cancelled",
        "?from=2031-01-01",
        "?until=2030-06-30&from=2030-06-01",
    ],
)
def test_search_and_filters_find_it(make_session, make_course, seen_by, edna, chidi, at, query):
    category = SessionCategory.objects.create(pk=1, name="Evenings")
    make_session("Another", closes_at=at.replace(year=2029), general=[edna])
    make_session(
        "Café Renée",
        [make_course("ETH", "Ethik: Grundlagen")],
        coaches=[chidi],
        category=category,
        state="cancelled",
        opens_at=at.replace(year=2030, month=1),
    )

    assert titles(seen_by(edna, query)) == ["Café Renée"]


def test_nonsense_in_the_address_is_no_error(make_session, seen_by, edna):
    make_session("Spring")

    for query in ("?list=x&sort=y&page=z", "?category=zz", f"?category={'9' * 40}", "?from=soon", "?state=x&page=-1"):
        assert seen_by(edna, query).status_code == 200


def test_columns_sort_both_ways(make_session, seen_by, edna, amina, boris, at):
    make_session("b", learners=[amina], opens_at=at)
    make_session("A", learners=[amina, boris], opens_at=at + timedelta(days=1))
    make_session("c")

    assert titles(seen_by(edna, "?sort=title")) == ["A", "b", "c"]
    assert titles(seen_by(edna, "?sort=-title")) == ["c", "b", "A"]
    assert titles(seen_by(edna, "?sort=-learners")) == ["A", "b", "c"]
    assert titles(seen_by(edna, "?sort=dates")) == ["b", "A", "c"]
    for sort in ("category", "-category", "-dates", "learners", "state", "-state"):
        assert len(titles(seen_by(edna, f"?sort={sort}"))) == 3


def test_titles_are_sorted_whatever_their_accents(make_session, seen_by, edna):
    for title in ("Zagreb", "Élan", "été", "Fire", "Łódź"):
        make_session(title)

    assert titles(seen_by(edna, "?sort=title")) == ["Élan", "été", "Fire", "Łódź", "Zagreb"]
    assert titles(seen_by(edna, "?sort=state")) == ["Élan", "été", "Fire", "Łódź", "Zagreb"]


def test_fifty_rows_make_a_page(make_session, seen_by, edna, at):
    CourseSession.objects.bulk_create(
        CourseSession(title=f"S{n:03}", time_zone="UTC", owner=edna, created_at=at, changed_at=at) for n in range(53)
    )

    assert len(titles(seen_by(edna, "?sort=title"))) == 50
    assert titles(seen_by(edna, "?sort=title&page=2")) == ["S050", "S051", "S052"]


def test_a_row_says_courses_learners_and_coaches(make_session, make_course, seen_by, edna, amina, chidi, dolores):
    courses = [make_course("ETH", "Ethics"), make_course("LAW", "Law")]
    make_session("Spring", courses, learners=[amina], coaches=[chidi], general=[dolores])

    row = seen_by(edna).context["rows"][0]

    assert row.courses == ["Ethics", "Law"]
    assert row.learners == 1
    assert row.coaches == ["Dolores Ruiz", "Chidi Obi"]


def test_who_runs_sessions_sees_own_ones_alone(make_session, seen_by, sara):
    make_session("Hers", owner=sara)
    make_session("Somebody's")

    page = seen_by(sara)

    assert titles(page) == ["Hers"]
    assert "Somebody's" not in words(page)


def test_the_list_is_closed_to_everybody_else(seen_by, amina, dolores, henri):
    assert {seen_by(person).status_code for person in (amina, dolores, henri)} == {403}


def test_an_empty_list_says_what_to_do(seen_by, edna):
    assert "No sessions yet" in words(seen_by(edna))
    assert "No session fits" in words(seen_by(edna, "?q=nothing"))


def test_the_list_asks_as_many_queries_for_thirty_as_for_three(
    make_session, make_course, make_person, client_of, edna, chidi, amina
):
    courses = [make_course("ETH"), make_course("LAW")]
    client = client_of(edna)
    counts = []
    for n in range(30):
        make_session(f"S{n}", courses, learners=[amina], coaches=[chidi], general=[edna])
        if n + 1 in (3, 30):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(f"{LIST}?list=current&q=s&course=eth&coach=obi&sort=-learners")
            counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[1] <= 10


def test_a_past_session_shows_how_many_completed_it(make_session, edna, amina, boris, at):
    session = make_session("Spring", learners=[amina, boris])
    set_state(Enrolment.objects.get(person=amina), "completed", by=edna, at=at)
    withdraw(Enrolment.objects.filter(person=boris), by=edna, at=at)

    (row,) = rows_of([session], at)

    assert row.learners == 1
