"""Which tools show in a place, and in what order."""

import pytest

from encore.toolkit.models import ToolSettings


@pytest.fixture
def spring(make_session, make_course, amina, chidi, dolores):
    return make_session("Spring", [make_course("ETH", teachers=[dolores])], learners=[amina], coaches=[chidi])


def test_a_tool_hidden_in_a_session_is_gone_for_its_learners_only(client_of, spring, make_session, amina, boris, chidi):
    other = make_session("Other", [spring.session_courses.get().course], learners=[boris])
    base = f"/sessions/{spring.pk}/ETH/"

    assert client_of(chidi).post(f"{base}tools/", {"tool": "links", "visible": "no"}).status_code == 302

    assert client_of(amina).get(f"{base}links/").status_code == 404
    assert client_of(chidi).get(f"{base}links/").status_code == 200
    assert client_of(boris).get(f"/sessions/{other.pk}/ETH/links/").status_code == 200


def test_tools_are_ordered_for_this_session_alone(client_of, spring, chidi, dolores):
    page = client_of(chidi).get(f"/sessions/{spring.pk}/ETH/tools/")
    first, second = [entry.name for entry in page.context["entries"]][:2]

    client_of(chidi).post(f"/sessions/{spring.pk}/ETH/tools/", {"up": second})

    here = client_of(chidi).get(f"/sessions/{spring.pk}/ETH/tools/").context["entries"]
    course = client_of(dolores).get("/courses/ETH/tools/").context["entries"]
    assert [entry.name for entry in here][:2] == [second, first]
    assert [entry.name for entry in course][:2] == [first, second]


def test_a_learner_orders_no_tools(client_of, spring, amina):
    assert client_of(amina).post(f"/sessions/{spring.pk}/ETH/tools/", {"up": "links"}).status_code == 403
    assert not ToolSettings.objects.exists()


def test_an_assistant_is_told_that_teachers_order_the_tools(client_of, ethics, amina):
    ethics.teachers.create(person=amina, kind="assistant")

    page = client_of(amina).get("/courses/ETH/tools/")
    answer = client_of(amina).post("/courses/ETH/tools/", {"tool": "documents", "visible": "no"})

    assert (page.status_code, answer.status_code) == (403, 403)
    assert "Only a teacher of this course" in answer.content.decode()


def test_a_tool_that_does_not_exist_is_not_found(client_of, spring, chidi):
    assert client_of(chidi).post(f"/sessions/{spring.pk}/ETH/tools/", {"tool": "x", "visible": "no"}).status_code == 404
