"""What the table of session administrators opens and closes around sessions and their courses."""

import pytest

from encore.courses.actions.session import set_general_coaches
from encore.courses.queries.sessions import known_to, sessions_of
from encore.people.words import Permission, Role

SESSIONS = "/administration/sessions/"


@pytest.fixture
def ethics(make_course, dolores):
    return make_course("ETH", "Ethics", teachers=[dolores])


@pytest.fixture
def own(make_session, sara, ethics, amina, chidi):
    return make_session("Own", [ethics], learners=[amina], coaches=[chidi], owner=sara)


@pytest.fixture
def foreign(make_session, ethics, boris, edna):
    return make_session("Foreign", [ethics], learners=[boris], owner=edna)


@pytest.fixture
def permitted(permit):
    return lambda *permissions: permit(Role.SESSION_ADMINISTRATOR, *permissions)


def doors(session):
    return {
        "overview": f"{SESSIONS}{session.pk}/",
        "edit": f"{SESSIONS}{session.pk}/edit/",
        "session": f"/sessions/{session.pk}/",
        "course": f"/sessions/{session.pk}/ETH/",
        "documents": f"/sessions/{session.pk}/ETH/documents/",
        "learners": f"/sessions/{session.pk}/ETH/learners/",
    }


def answers(client, session):
    return {name: client.get(url).status_code for name, url in doors(session).items()}


MANAGING = {"overview": 200, "edit": 200, "session": 200}
NOTHING = dict.fromkeys([*MANAGING, "course", "documents", "learners"], 404)


@pytest.mark.parametrize(
    ("permissions", "own_answers"),
    [
        ([], {**MANAGING, "course": 403, "documents": 403, "learners": 403}),
        ([Permission.OPEN_CONTENT], {**MANAGING, "course": 200, "documents": 200, "learners": 403}),
        ([Permission.SEE_RESULTS], {**MANAGING, "course": 403, "documents": 403, "learners": 200}),
        (
            [Permission.OPEN_CONTENT, Permission.SEE_RESULTS],
            {**MANAGING, "course": 200, "documents": 200, "learners": 200},
        ),
    ],
)
def test_what_opens_in_the_own_session_and_in_that_of_others(
    client_of, sara, own, foreign, permitted, permissions, own_answers
):
    permitted(*permissions)
    assert (answers(client_of(sara), own), answers(client_of(sara), foreign)) == (own_answers, NOTHING)

    permitted(*permissions, Permission.ALL_SESSIONS)
    assert (answers(client_of(sara), own), answers(client_of(sara), foreign)) == (own_answers, own_answers)


@pytest.mark.parametrize("page", ["overview", "session"])
def test_no_link_leads_to_a_door_that_the_table_closes(client_of, sara, own, permitted, page):
    permitted()
    assert f'href="/sessions/{own.pk}/ETH/' not in client_of(sara).get(doors(own)[page]).content.decode()

    permitted(Permission.OPEN_CONTENT)
    assert f'href="/sessions/{own.pk}/ETH/' in client_of(sara).get(doors(own)[page]).content.decode()


def test_who_sees_results_alone_finds_no_links_to_content(client_of, sara, own, permitted):
    permitted(Permission.SEE_RESULTS)

    page = client_of(sara).get(doors(own)["learners"]).content.decode()

    assert "Amina" in page
    assert f'href="/sessions/{own.pk}/ETH/documents/' not in page
    assert f'href="/sessions/{own.pk}/ETH/"' not in page


def test_the_closed_door_says_what_is_lacking(client_of, sara, own, permitted):
    permitted()

    assert "does not permit opening" in client_of(sara).get(doors(own)["course"]).content.decode()


def test_who_coaches_besides_opens_what_they_coach(client_of, sara, own, permitted, at):
    permitted()
    set_general_coaches(own, add=[sara.pk], by=sara, at=at)

    assert answers(client_of(sara), own) == {**MANAGING, "course": 200, "documents": 200, "learners": 200}
    assert f'href="/sessions/{own.pk}/ETH/' in client_of(sara).get(doors(own)["overview"]).content.decode()


def test_every_list_follows_all_sessions(client_of, sara, own, foreign, permitted):
    client = client_of(sara)

    def seen():
        pages = [SESSIONS, "/search/?q=foreign", "/administration/exports/sessions.csv"]
        contents = [client.get(page) for page in pages]
        texts = [b"".join(r.streaming_content if r.streaming else [r.content]).decode() for r in contents]
        return [text.count("Foreign") > 0 for text in texts]

    permitted(Permission.IMPORT)
    assert seen() == [False] * 3

    permitted(Permission.IMPORT, Permission.ALL_SESSIONS)
    assert seen() == [True] * 3


def test_an_owner_who_is_no_session_administrator_any_more_runs_nothing(sara, own, foreign, client_of):
    sara.is_session_administrator = False
    sara.save()

    assert not sessions_of(sara).exists()
    assert not known_to(sara).exists()
    assert answers(client_of(sara), own)["overview"] == 404


def test_a_course_is_made_only_where_the_table_permits_it(client_of, dolores, edna, permit):
    assert client_of(dolores).get("/administration/courses/new/").status_code == 200

    permit(Role.TEACHER)

    assert client_of(dolores).get("/administration/courses/new/").status_code == 403
    assert client_of(edna).get("/administration/courses/new/").status_code == 200


@pytest.mark.parametrize("all_sessions", [False, True])
def test_a_session_administrator_asks_one_query_more_than_an_administrator(
    client_of, sara, edna, own, permitted, all_sessions, django_assert_max_num_queries
):
    permitted(Permission.OPEN_CONTENT, *([Permission.ALL_SESSIONS] if all_sessions else []))
    client = client_of(sara)
    client.get(doors(own)["course"])

    with django_assert_max_num_queries(11):
        client.get(doors(own)["course"])
