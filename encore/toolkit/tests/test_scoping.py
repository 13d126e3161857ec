"""What shows here: the course's newest line, a session's own over it, minus what is hidden."""

import pytest

from encore.courses.models import SessionCourse
from encore.toolkit.completion import see
from encore.toolkit.models import Completion
from encore.toolkit.outline import outline_in
from encore.toolkit.publishing import arrange, open_draft, publish, remove, save_draft, set_visible
from encore.toolkit.registry import kind_named, tool_named
from encore.toolkit.scoping import drafts_in, recorded_in, shown_in

pytestmark = pytest.mark.django_db


def titles(here, **filters):
    return [item.title for item in shown_in(here, **filters)]


def say(item, here, title, text=""):
    """Publish a new version of an item here."""
    draft = open_draft(item, here)
    draft = save_draft(draft, here, title=title, content=kind_named("page").content(text=text), stamp=draft.stamp)
    publish([draft], here)


def outline(here):
    return outline_in(here, tool_named("documents"))


def test_what_the_course_publishes_shows_in_all_its_sessions(place, write, dolores, amina, boris, autumn, spring):
    write(place(dolores), "Welcome")

    assert titles(place(amina, autumn)) == ["Welcome"]
    assert titles(place(boris, spring)) == ["Welcome"]


def test_a_draft_shows_nowhere(place, write, dolores, amina, autumn):
    write(place(dolores), "Not yet", published=False)

    assert titles(place(amina, autumn)) == []
    assert titles(place(dolores)) == []
    assert [draft.title for draft in drafts_in(place(dolores))] == ["Not yet"]


def test_a_session_does_not_see_the_courses_drafts_nor_the_course_a_sessions(place, write, dolores, chidi, autumn):
    write(place(dolores), "In the course", published=False)
    write(place(chidi, autumn), "In the session", published=False)

    assert [draft.title for draft in drafts_in(place(dolores))] == ["In the course"]
    assert [draft.title for draft in drafts_in(place(chidi, autumn))] == ["In the session"]


def test_an_item_of_a_session_shows_in_that_session_alone(place, write, chidi, amina, boris, dolores, autumn, spring):
    write(place(chidi, autumn), "Room 4")

    assert titles(place(amina, autumn)) == ["Room 4"]
    assert titles(place(boris, spring)) == []
    assert titles(place(dolores)) == []


def test_a_sessions_own_version_replaces_the_courses_there_alone(
    place, write, dolores, chidi, amina, boris, autumn, spring
):
    page = write(place(dolores), "Welcome")

    say(page, place(chidi, autumn), "Welcome, autumn")
    say(page, place(dolores), "Welcome, everybody")

    assert titles(place(amina, autumn)) == ["Welcome, autumn"]
    assert titles(place(boris, spring)) == ["Welcome, everybody"]


def test_a_pinned_session_stays_with_its_release(place, write, dolores, amina, autumn):
    page = write(place(dolores), "First")
    SessionCourse.objects.filter(session=autumn).update(pinned_release=1)

    say(page, place(dolores), "Second")
    write(place(dolores), "New")

    assert titles(place(amina, autumn)) == ["First"]


def test_what_is_hidden_here_shows_to_nobody_but_on_request(place, write, dolores, chidi, amina, boris, autumn, spring):
    page = write(place(dolores), "Welcome")

    set_visible(page, place(chidi, autumn), False)

    assert titles(place(amina, autumn)) == []
    assert titles(place(chidi, autumn), hidden=True) == ["Welcome"]
    assert titles(place(boris, spring)) == ["Welcome"]


def test_what_the_course_hides_a_session_can_show(place, write, dolores, chidi, amina, boris, autumn, spring):
    page = write(place(dolores), "Answers")
    set_visible(page, place(dolores), False)

    set_visible(page, place(chidi, autumn), True)

    assert titles(place(amina, autumn)) == ["Answers"]
    assert titles(place(boris, spring)) == []


def test_hiding_and_showing_again_follows_the_course_as_before(place, write, dolores, chidi, amina, autumn):
    page = write(place(dolores), "Welcome")
    set_visible(page, place(chidi, autumn), False)
    set_visible(page, place(chidi, autumn), True)

    set_visible(page, place(dolores), False)

    assert titles(place(amina, autumn)) == []


def test_what_lies_however_deep_in_a_hidden_folder_does_not_show(place, write, dolores, amina, autumn):
    here = place(dolores)
    outer = write(here, "Outer", kind="folder")
    inner = write(here, "Inner", kind="folder", parent=outer)
    write(here, "Page", parent=inner)

    set_visible(outer, here, False)

    assert titles(place(amina, autumn)) == []
    assert list(outline(place(amina, autumn))) == []


def test_items_come_in_the_order_of_the_course_or_in_the_sessions_own(
    place, write, dolores, chidi, amina, boris, autumn, spring
):
    for title in "ABC":
        write(place(dolores), title)

    here = place(chidi, autumn)
    a, b, c = shown_in(here)
    arrange([c, a, b], here)

    assert titles(place(amina, autumn)) == ["C", "A", "B"]
    assert titles(place(boris, spring)) == ["A", "B", "C"]


def test_kinds_can_be_chosen(place, write, dolores):
    here = place(dolores)
    write(here, "Folder", kind="folder")
    write(here, "Page")

    assert titles(here, kind="page") == ["Page"]
    assert titles(here, kinds=["folder"]) == ["Folder"]


def test_an_item_carries_what_shows(place, write, dolores, chidi, autumn, at):
    page = write(place(dolores), "Welcome", text="<p>Hello</p>")
    say(page, place(chidi, autumn), "Welcome", "<p>Hello, autumn</p>")

    shown = shown_in(place(chidi, autumn)).get()

    assert shown.content == {"schema": 1, "text": "<p>Hello, autumn</p>"}
    assert (shown.version_number, shown.version_at, shown.is_hidden, shown.parent_id) == (2, at, False, None)
    assert shown.version_place == place(chidi, autumn).session_course.pk


def test_records_are_those_of_this_session_course_alone(place, write, dolores, amina, boris, autumn, spring):
    page = write(place(dolores), "Welcome")
    for person, session in ((amina, autumn), (boris, spring)):
        see(shown_in(place(person, session)).get(pk=page.pk), place(person, session))

    assert [row.enrolment.person for row in recorded_in(place(amina, autumn), Completion)] == [amina]
    assert list(recorded_in(place(dolores), Completion)) == []


def test_an_outline_is_the_tree_in_order(place, write, dolores, amina, autumn):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    write(here, "After")
    write(here, "Inside", parent=folder)

    tree = outline(place(amina, autumn))

    assert [entry.title for entry in tree] == ["Folder", "Inside", "After"]
    assert [entry.title for entry in tree.top] == ["Folder", "After"]
    assert [folder.title for folder in tree.top[0].inside[0].path] == ["Folder"]


def test_what_lay_in_a_folder_that_is_gone_lies_at_the_top(place, write, dolores, chidi, amina, autumn):
    folder = write(place(dolores), "Folder", kind="folder")
    write(place(chidi, autumn), "Ours", parent=folder)

    remove(folder, place(dolores))

    assert [entry.title for entry in outline(place(amina, autumn)).top] == ["Ours"]


def test_an_outline_shows_drafts_and_hidden_things_to_writers_alone(place, write, dolores, chidi, amina, autumn):
    hidden = write(place(dolores), "Hidden")
    set_visible(hidden, place(chidi, autumn), False)
    write(place(chidi, autumn), "Draft", published=False)

    assert [entry.title for entry in outline(place(chidi, autumn))] == ["Hidden", "Draft"]
    assert list(outline(place(amina, autumn))) == []


def test_an_outline_knows_what_the_learner_has_seen(place, write, dolores, amina, autumn, at):
    write(place(dolores), "Seen")
    write(place(dolores), "New")
    see(shown_in(place(amina, autumn))[0], place(amina, autumn))

    assert [entry.seen_at for entry in outline(place(amina, autumn))] == [at, None]


def test_an_outline_is_two_queries_for_a_learner(place, write, dolores, amina, autumn, django_assert_num_queries):
    for title in "ABC":
        write(place(dolores), title)
    here = place(amina, autumn)

    with django_assert_num_queries(2):  # what shows, and its dates
        list(outline(here))
