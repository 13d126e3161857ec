"""The description, and the introduction on the course's home."""

from uuid import uuid4

import pytest

from encore.toolkit.models import Item
from encore.toolkit.places import address
from encore.toolkit.publishing import set_visible
from encore.toolkit.registry import tool_named
from encore.toolkit.scoping import drafts_in, shown_in
from encore.toolkit.tests.places import course_dump, queries, text

pytestmark = pytest.mark.django_db


def introduction(here):
    return tool_named("description").introduction(here)


def test_a_learner_reads_the_sections_in_order(place, write, get, dolores, amina, autumn):
    for title in ("Objectives", "Programme"):
        write(place(dolores), title, kind="section", text=f"<p>About {title}</p>")

    page = text(get(place(amina, autumn), "description:index"))

    assert page.index("<p>About Objectives</p>") < page.index("<p>About Programme</p>")
    assert "Add a section" not in page


def test_the_introduction_is_safe_html_for_the_courses_home(place, write, dolores, amina, autumn):
    write(place(dolores), "Introduction", kind="introduction", text="<p>Welcome<script>x</script></p>")

    assert introduction(place(amina, autumn)) == "<p>Welcome</p>"


@pytest.mark.parametrize("case", ["none", "hidden", "draft", "empty"])
def test_without_an_introduction_the_home_says_nothing(case, place, write, dolores, amina, autumn):
    if case != "none":
        words = "" if case == "empty" else "<p>Welcome</p>"
        item = write(place(dolores), "Introduction", kind="introduction", text=words, published=case != "draft")
        if case == "hidden":
            set_visible(item, place(dolores), False)

    assert introduction(place(amina, autumn)) is None


def test_a_place_has_one_introduction(place, write, get, dolores):
    item = write(place(dolores), "Introduction", kind="introduction")

    response = get(place(dolores), "description:new", kind="introduction")

    assert response["Location"] == address(place(dolores), "description:edit", uuid=item.uuid)


def test_an_introduction_needs_no_title(place, post, dolores, amina, autumn):
    data = {"text": "<p>Welcome</p>", "do": "publish"}

    assert post(place(dolores), "description:edit", data, "?kind=introduction", uuid=uuid4()).status_code == 302
    assert introduction(place(amina, autumn)) == "<p>Welcome</p>"


def test_a_sessions_introduction_replaces_the_courses_there(
    place, write, post, dolores, chidi, amina, boris, autumn, spring, ethics
):
    item = write(place(dolores), "Introduction", kind="introduction", text="<p>All</p>")
    before = course_dump(ethics)

    post(
        place(chidi, autumn),
        "description:edit",
        {"text": "<p>Autumn</p>", "seen": "1", "do": "publish"},
        uuid=item.uuid,
    )

    assert introduction(place(amina, autumn)) == "<p>Autumn</p>"
    assert introduction(place(boris, spring)) == "<p>All</p>"
    assert course_dump(ethics) == before


def test_a_session_may_have_an_introduction_before_the_course_does(place, write, dolores, chidi, amina, autumn):
    write(place(chidi, autumn), "Introduction", kind="introduction", text="<p>Autumn</p>")
    write(place(dolores), "Introduction", kind="introduction", text="<p>All</p>")

    assert introduction(place(amina, autumn)) == "<p>Autumn</p>"


def test_a_section_is_overridden_for_one_session_and_given_back(
    place, write, get, post, dolores, chidi, amina, autumn, ethics
):
    item = write(place(dolores), "Assessment", kind="section", text="<p>A test</p>")
    before = course_dump(ethics)
    here = place(chidi, autumn)

    post(
        here,
        "description:edit",
        {"title": "Assessment", "text": "<p>A talk</p>", "seen": "1", "do": "publish"},
        uuid=item.uuid,
    )
    assert "A talk" in text(get(place(amina, autumn), "description:index"))
    post(here, "description:course_version", uuid=item.uuid)

    assert "A test" in text(get(place(amina, autumn), "description:index"))
    assert course_dump(ethics) == before


def test_headings_that_are_missing_are_suggested(place, write, get, dolores):
    write(place(dolores), "Objectives", kind="section")

    page = get(place(dolores), "description:index")

    assert "Objectives" not in [str(heading) for heading in page.context["headings"]]
    editor = get(place(dolores), "description:edit", "?kind=section&title=Methods", uuid=uuid4())
    assert editor.context["form"]["title"].value() == "Methods"


def test_an_assistant_writes_a_section_as_a_draft(place, post, asif):
    data = {"title": "Methods", "text": "<p>Talks</p>", "do": "draft"}

    assert post(place(asif), "description:edit", data, "?kind=section", uuid=uuid4()).status_code == 302
    assert drafts_in(place(asif)).get().title == "Methods"
    assert not shown_in(place(asif)).exists()


def test_learners_cannot_write(place, post, amina, autumn, ended):
    for session in (autumn, ended):
        response = post(place(amina, session), "description:edit", {"title": "X"}, "?kind=section", uuid=uuid4())
        assert response.status_code == 403
    assert not Item.objects.exists()


def test_sections_of_another_session_are_not_reached(place, write, get, post, carla, chidi, amina, autumn, spring):
    theirs = write(place(carla, spring), "Secret of spring", kind="section", text="<p>Secret</p>")

    assert "Secret" not in text(get(place(amina, autumn), "description:index"))
    assert (
        post(place(chidi, autumn), "description:edit", {"title": "X"}, "?kind=section", uuid=theirs.uuid).status_code
        == 404
    )


@pytest.mark.parametrize("who", ["amina", "chidi"])
def test_the_page_asks_as_many_queries_for_thirty_as_for_three(
    who, place, write, client_of, dolores, chidi, amina, autumn, django_assert_max_num_queries
):
    person = {"amina": amina, "chidi": chidi}[who]
    client, url = client_of(person), address(place(person, autumn), "description:index")
    for n in range(3):
        write(place(dolores), f"Section {n}", kind="section")
    client.get(url)
    few = queries(django_assert_max_num_queries, 10, lambda: client.get(url))
    for n in range(27):
        write(place(dolores), f"More {n}", kind="section")

    assert queries(django_assert_max_num_queries, 10, lambda: client.get(url)) == few
