"""The pages of links."""

from uuid import uuid4

import pytest

from encore.toolkit.models import Completion, Item, Version
from encore.toolkit.places import address
from encore.toolkit.publishing import set_visible
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import course_dump, queries, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(write):
    """link(here, "Red Cross") → a published link."""

    def make(here, title, url="https://example.org/page", **more):
        return write(here, title, kind="link", url=url, **more)

    return make


def test_links_are_grouped_by_category(place, write, link, get, dolores, amina, autumn):
    here = place(dolores)
    category = write(here, "First aid", kind="link_category", description="When it matters.")
    link(here, "Red Cross", parent=category)
    link(here, "Loose")
    write(here, "Nothing in it", kind="link_category")

    page = text(get(place(amina, autumn), "links:index"))

    assert page.index("Loose") < page.index("First aid") < page.index("Red Cross")
    assert "Nothing in it" not in page
    assert "opens in a new tab" in page


@pytest.mark.parametrize("url", ["https://example.org/page?a=1", "mailto:chidi@example.org"])
def test_following_a_link_leads_to_what_is_stored_and_is_recorded(url, place, link, get, dolores, amina, autumn):
    item = link(place(dolores), "Out", url)

    response = get(
        place(amina, autumn), "links:follow", "?next=https://evil.example&url=https://evil.example", uuid=item.uuid
    )

    assert (response.status_code, response["Location"]) == (302, url)
    assert Completion.objects.get().item == item
    assert "Seen" in text(get(place(amina, autumn), "links:index"))


def test_a_coach_follows_without_a_trace(place, link, get, dolores, chidi, autumn):
    item = link(place(dolores), "Out")

    assert get(place(chidi, autumn), "links:follow", uuid=item.uuid).status_code == 302
    assert not Completion.objects.exists()


def test_hidden_links_lead_nowhere_for_learners(place, write, link, get, dolores, chidi, amina, autumn):
    category = write(place(dolores), "Category", kind="link_category")
    inside = link(place(dolores), "Inside", parent=category)
    set_visible(category, place(chidi, autumn), False)

    assert get(place(amina, autumn), "links:follow", uuid=inside.uuid).status_code == 404
    assert "Inside" not in text(get(place(amina, autumn), "links:index"))


def test_links_of_other_sessions_lead_nowhere(place, link, get, carla, chidi, amina, autumn, spring):
    theirs = link(place(carla, spring), "Theirs")

    for person in (amina, chidi):
        assert get(place(person, autumn), "links:follow", uuid=theirs.uuid).status_code == 404


def test_a_teacher_adds_a_link_to_a_category(place, write, post, dolores):
    here = place(dolores)
    category = write(here, "Category", kind="link_category")
    data = {"title": "Red Cross", "url": "redcross.example/aid", "do": "publish"}

    response = post(here, "links:edit", data, f"?kind=link&in={category.uuid}", uuid=uuid4())

    item = shown_in(here, kind="link").get()
    assert (response.status_code, item.parent_id) == (302, category.pk)
    assert item.content["url"] == "https://redcross.example/aid"


def test_a_bad_address_is_refused_beside_the_field_and_kept(place, post, dolores):
    data = {"title": "Bad", "url": "javascript:alert(1)", "do": "publish"}

    response = post(place(dolores), "links:edit", data, "?kind=link", uuid=uuid4())

    assert "Enter a whole address" in response.context["form"].errors["url"][0]
    assert "javascript:alert(1)" in text(response)
    assert not Item.objects.exists()


def test_an_address_half_typed_is_not_saved_in_the_background(place, post, dolores):
    data = {"title": "Half", "url": "https:/"}

    response = post(place(dolores), "links:edit", data, "?kind=link", {"X-Requested-With": "autosave"}, uuid=uuid4())

    assert response.status_code == 422


def test_a_coach_gives_a_link_of_the_course_another_address_for_this_session(
    place, link, get, post, dolores, chidi, amina, boris, autumn, spring, ethics
):
    item = link(place(dolores), "Room plan", "https://example.org/all")
    before = course_dump(ethics)
    data = {"title": "Room plan", "url": "https://example.org/autumn", "seen": "1", "do": "publish"}

    post(place(chidi, autumn), "links:edit", data, uuid=item.uuid)

    assert get(place(amina, autumn), "links:follow", uuid=item.uuid)["Location"] == "https://example.org/autumn"
    assert get(place(boris, spring), "links:follow", uuid=item.uuid)["Location"] == "https://example.org/all"
    assert course_dump(ethics) == before


def test_links_and_categories_are_put_in_order(place, write, link, post, dolores):
    here = place(dolores)
    first, second = (write(here, title, kind="link_category") for title in ("First", "Second"))
    a, b = (link(here, title, parent=first) for title in "AB")

    post(here, "links:order", {"up": str(second.uuid)}, "?kind=link_category")
    post(here, "links:order", {"order": [str(b.uuid), str(a.uuid)]}, "?kind=link")

    assert [item.title for item in shown_in(here, kind="link_category")] == ["Second", "First"]
    assert [item.title for item in shown_in(here, kind="link")] == ["B", "A"]


def test_learners_find_no_means_to_write(place, link, get, post, dolores, amina, autumn, ended):
    item = link(place(dolores), "Out")

    page = text(get(place(amina, autumn), "links:index"))

    assert "New link" not in page
    assert "Actions" not in page
    for session in (autumn, ended):
        assert post(place(amina, session), "links:edit", {"title": "X"}, uuid=item.uuid).status_code == 403
    assert Version.objects.count() == 1


@pytest.mark.parametrize("who", ["amina", "chidi"])
def test_the_list_asks_as_many_queries_for_thirty_as_for_three(
    who, place, write, link, client_of, dolores, chidi, amina, autumn, django_assert_max_num_queries
):
    person = {"amina": amina, "chidi": chidi}[who]
    client, url = client_of(person), address(place(person, autumn), "links:index")
    category = write(place(dolores), "Category", kind="link_category")
    for n in range(3):
        link(place(dolores), f"Link {n}", parent=category)
    client.get(url)
    few = queries(django_assert_max_num_queries, 10, lambda: client.get(url))
    for n in range(27):
        link(place(dolores), f"More {n}", parent=category)

    assert queries(django_assert_max_num_queries, 10, lambda: client.get(url)) == few


def test_following_a_link_stays_within_ten_queries(
    place, link, client_of, dolores, amina, autumn, django_assert_max_num_queries
):
    item = link(place(dolores), "Out")
    client, here = client_of(amina), place(amina, autumn)
    client.get(address(here, "links:index"))

    url = address(here, "links:follow", uuid=item.uuid)

    queries(django_assert_max_num_queries, 10, lambda: client.get(url))
    queries(django_assert_max_num_queries, 10, lambda: client.get(url))
