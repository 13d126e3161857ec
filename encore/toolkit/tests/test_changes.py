"""Publishing what is written together, and knowing what a session has of its own."""

import pytest

from encore.courses.models import SessionCourse
from encore.toolkit.publishing import open_draft, publish, save_draft, set_visible
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in, shown_in
from encore.toolkit.tests.places import text

pytestmark = pytest.mark.django_db


def ticked(*drafts):
    return {"draft": [f"{draft.pk}:{draft.stamp}" for draft in drafts]}


def test_a_teacher_publishes_what_is_ticked(place, write, post, dolores):
    here = place(dolores)
    for title in "ABC":
        write(here, title, published=False)
    a, _b, c = drafts_in(here).order_by("pk")

    post(here, "changes:index", ticked(a, c))

    assert [item.title for item in shown_in(here)] == ["A", "C"]
    assert [draft.title for draft in drafts_in(here)] == ["B"]


def test_what_changed_since_one_looked_is_left_as_it_is(place, write, post, dolores, asif):
    here = place(dolores)
    write(here, "A", published=False)
    looked_at = ticked(drafts_in(here).get())
    save_draft(drafts_in(here).get(), place(asif), title="B", content=kind_named("page").content(), stamp=1)

    post(here, "changes:index", looked_at)

    assert not shown_in(here).exists()


def test_it_says_in_which_running_sessions_it_will_show(
    place, write, get, dolores, autumn, spring, ended, make_session, ethics
):
    make_session("Being prepared", [ethics], state="draft")
    SessionCourse.objects.filter(session=spring).update(pinned_release=1)
    write(place(dolores), "A", published=False)

    page = get(place(dolores), "changes:index")

    assert [place.session for place in page.context["running"]] == [autumn]


def test_it_says_how_many_sessions_keep_their_own_version(place, write, get, dolores, chidi, autumn):
    item = write(place(dolores), "A")
    here = place(chidi, autumn)
    publish(
        [save_draft(open_draft(item, here), here, title="Ours", content=kind_named("page").content(), stamp=1)], here
    )
    open_draft(item, place(dolores))

    assert "1 session has its own version and keeps it" in text(get(place(dolores), "changes:index"))


def test_an_assistant_sees_the_drafts_and_who_publishes_them(place, write, get, post, asif):
    here = place(asif)
    write(here, "A", published=False)

    page = text(get(here, "changes:index"))
    post(here, "changes:index", ticked(drafts_in(here).get()))

    assert "Only a teacher of this course can publish" in page
    assert "Publish what is ticked" not in page
    assert not shown_in(here).exists()


def test_a_coach_sees_what_differs_here_from_the_course(place, write, get, dolores, chidi, autumn):
    hidden = write(place(dolores), "Left out")
    write(place(dolores), "As in the course")
    write(place(chidi, autumn), "Added here")
    set_visible(hidden, place(chidi, autumn), False)

    page = text(get(place(chidi, autumn), "changes:index"))

    assert "Left out" in page
    assert "Added here" in page
    assert "As in the course" not in page


def test_what_the_course_hides_itself_is_no_difference(place, write, get, dolores, chidi, autumn):
    both, shown = write(place(dolores), "Hidden everywhere"), write(place(dolores), "Shown in autumn")
    for item in (both, shown):
        set_visible(item, place(dolores), False)
    set_visible(shown, place(chidi, autumn), True)

    page = text(get(place(chidi, autumn), "changes:index"))

    assert "Hidden everywhere" not in page
    assert "Shown here" in page


def test_a_session_does_not_show_the_courses_drafts(place, write, get, dolores, chidi, autumn):
    write(place(dolores), "Secret draft", published=False)

    assert "Secret draft" not in text(get(place(chidi, autumn), "changes:index"))


def test_an_item_is_found_by_its_uuid_alone(place, write, get, dolores, chidi, amina, boris, autumn, spring):
    item = write(place(chidi, autumn), "Ours")

    response = get(place(amina, autumn), "items:open", uuid=item.uuid)

    assert response["Location"].endswith(f"/documents/{item.uuid}/")
    assert get(place(boris, spring), "items:open", uuid=item.uuid).status_code == 404


def test_old_versions_can_be_looked_at_by_writers(place, write, get, dolores, chidi, carla, amina, autumn, spring):
    item = write(place(dolores), "First", text="<p>Old words</p>")
    here = place(dolores)
    publish(
        [save_draft(open_draft(item, here), here, title="Second", content=kind_named("page").content(), stamp=1)], here
    )
    ours = place(chidi, autumn)
    draft = save_draft(open_draft(item, ours), ours, title="Autumn's", content=kind_named("page").content(), stamp=1)
    publish([draft], ours)

    def numbers(here):
        return [version.number for version in get(here, "documents:versions", uuid=item.uuid).context["versions"]]

    assert "Old words" in text(get(here, "documents:version", uuid=item.uuid, number=1))
    assert numbers(here) == [2, 1]
    assert numbers(ours) == [3, 2, 1]
    assert numbers(place(carla, spring)) == [2, 1]
    assert get(place(carla, spring), "documents:version", uuid=item.uuid, number=3).status_code == 404
    assert get(here, "documents:version", uuid=item.uuid, number=3).status_code == 404
    assert get(place(amina, autumn), "documents:versions", uuid=item.uuid).status_code == 403


def test_versions_beyond_a_pin_are_not_shown(place, write, get, dolores, chidi, autumn):
    item = write(place(dolores), "First")
    SessionCourse.objects.filter(session=autumn).update(pinned_release=1)
    here = place(dolores)
    publish(
        [save_draft(open_draft(item, here), here, title="Second", content=kind_named("page").content(), stamp=1)], here
    )

    page = get(place(chidi, autumn), "documents:versions", uuid=item.uuid)

    assert [version.number for version in page.context["versions"]] == [1]
