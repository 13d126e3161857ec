"""Drafts, versions and releases: what becomes of what people write, and where it must never land."""

from uuid import uuid4

import pytest

from encore.courses.models import Release
from encore.courses.rules import Locks
from encore.toolkit import publishing
from encore.toolkit.errors import DraftMoved, NotAllowed
from encore.toolkit.models import Draft, Item, Version
from encore.toolkit.publishing import (
    arrange,
    back_to_course,
    create_item,
    discard_draft,
    move,
    open_draft,
    publish,
    remove,
    save_draft,
    set_visible,
)
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in, shown_in
from encore.toolkit.tests.places import course_dump

pytestmark = pytest.mark.django_db


def page(text=""):
    return kind_named("page").content(text=text)


def titles(here):
    return [item.title for item in shown_in(here)]


def save(here, key, title, text="", **seen):
    return publishing.write(here, "page", key, title=title, content=page(text), **seen)


def test_publishing_turns_a_draft_into_the_next_version(place, write, dolores):
    here = place(dolores)
    item = write(here, "Welcome")
    draft = open_draft(item, here)
    save_draft(draft, here, title="Welcome!", content=page("<p>Hi</p>"), stamp=1)

    release = publish([draft], here, note="A kinder word")

    assert list(item.versions.values_list("number", "title")) == [(2, "Welcome!"), (1, "Welcome")]
    assert (release.number, release.note, release.lines.count()) == (2, "A kinder word", 1)
    assert not Draft.objects.exists()


def test_publishing_all_makes_one_release(place, write, dolores):
    here = place(dolores)
    for title in "AB":
        write(here, title, published=False)

    publish(list(drafts_in(here)), here)

    assert titles(here) == ["A", "B"]
    assert Release.objects.get().lines.count() == 2


def test_a_page_in_a_folder_that_was_never_published_takes_it_along(place, write, dolores):
    here = place(dolores)
    outer = write(here, "Outer", kind="folder", published=False)
    inner = write(here, "Inner", kind="folder", parent=outer, published=False)
    write(here, "Page", parent=inner)

    assert {item.title: item.parent_id for item in shown_in(here)} == {
        "Outer": None,
        "Inner": outer.pk,
        "Page": inner.pk,
    }


def test_a_version_says_who_wrote_it_and_its_release_who_published_it(place, write, asif, dolores):
    item = write(place(asif), "Welcome", published=False)

    release = publish(list(drafts_in(place(dolores))), place(dolores))

    assert (item.versions.get().author, release.by) == (asif, dolores)


def test_a_draft_is_published_once(place, write, dolores):
    here = place(dolores)
    write(here, "Welcome", published=False)
    draft = drafts_in(here).get()
    publish([draft], here)

    with pytest.raises(NotAllowed):
        publish([Draft(pk=1)], here)

    assert Version.objects.count() == 1
    assert Release.objects.count() == 1


def test_an_item_keeps_its_place_when_it_is_published_again(place, write, dolores):
    here = place(dolores)
    for title in "ABC":
        write(here, title)
    item = shown_in(here)[1]

    publish([open_draft(item, here)], here)

    assert titles(here) == ["A", "B", "C"]


def test_a_draft_does_not_carry_an_item_back_to_where_it_was_moved_from(place, write, dolores):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    item = write(here, "Page")
    draft = open_draft(item, here)

    move(list(shown_in(here, kind="page")), here, parent=folder)
    publish([draft], here)

    assert shown_in(here, kind="page").get().parent_id == folder.pk


def test_assistants_write_but_do_not_publish_hide_order_or_remove(place, write, asif, dolores):
    item = write(place(dolores), "Welcome")
    here = place(asif)
    draft = create_item(here, "page", title="Mine", content=page())
    shown = shown_in(here).get()

    for forbidden in (
        lambda: publish([draft], here),
        lambda: set_visible(item, here, False),
        lambda: arrange([shown], here),
        lambda: move([shown], here, parent=None),
        lambda: remove(shown, here),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


@pytest.mark.parametrize("who", ["amina", "dolores", "stranger"])
def test_learners_visiting_teachers_and_strangers_write_nothing_in_a_session(
    who, place, write, dolores, amina, make_person, autumn
):
    item = write(place(dolores), "Welcome")
    person = {"amina": amina, "dolores": dolores}.get(who) or make_person("stranger")
    here = place(person, autumn)
    shown = shown_in(place(amina, autumn)).get()

    for forbidden in (
        lambda: create_item(here, "page", title="Mine", content=page()),
        lambda: open_draft(item, here),
        lambda: set_visible(item, here, False),
        lambda: arrange([shown], here),
        lambda: remove(shown, here),
        lambda: back_to_course(item, here),
        lambda: save(here, uuid4(), "Mine"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def test_a_locked_coach_is_told_the_reason(place, chidi, autumn, at):
    import dataclasses

    here = dataclasses.replace(place(chidi, autumn), locks=Locks(coach_additions="Accredited content"))

    with pytest.raises(NotAllowed, match="Accredited content"):
        create_item(here, "page", title="Mine", content=page())


def test_nothing_done_in_a_session_touches_the_course(place, write, dolores, chidi, ethics, autumn):
    folder = write(place(dolores), "Folder", kind="folder")
    base = write(place(dolores), "Welcome", text="<p>Base</p>", parent=folder)
    write(place(dolores), "Draft of the course", published=False)
    before = course_dump(ethics)
    here = place(chidi, autumn)

    def unchanged():
        return course_dump(ethics) == before

    own = write(here, "Ours")
    assert unchanged()
    draft = open_draft(base, here)
    assert unchanged()
    draft = save_draft(draft, here, title="Welcome, autumn", content=page("<p>Own</p>"), stamp=1)
    assert unchanged()
    publish([draft], here)
    assert unchanged()
    arrange(list(reversed(shown_in(here))), here)
    assert unchanged()
    move([shown_in(here).get(pk=own.pk)], here, parent=folder)
    assert unchanged()
    set_visible(base, here, False)
    set_visible(base, here, True)
    assert unchanged()
    back_to_course(base, here)
    assert unchanged()
    discard_draft(open_draft(base, here), here)
    assert unchanged()
    remove(shown_in(here).get(pk=own.pk), here)
    assert unchanged()


def test_base_items_cannot_be_removed_or_moved_in_a_session(place, write, dolores, chidi, autumn):
    folder = write(place(dolores), "Folder", kind="folder")
    item = write(place(dolores), "Welcome")
    here = place(chidi, autumn)

    with pytest.raises(NotAllowed):
        remove(shown_in(here).get(pk=item.pk), here)
    with pytest.raises(NotAllowed):
        move([shown_in(here).get(pk=item.pk)], here, parent=folder)


def test_a_folder_of_the_course_has_no_version_of_its_own_in_a_session(place, write, dolores, chidi, autumn):
    folder = write(place(dolores), "Folder", kind="folder")

    with pytest.raises(NotAllowed):
        open_draft(folder, place(chidi, autumn))


def test_going_back_to_the_courses_shows_it_again_and_keeps_the_version(place, write, dolores, chidi, amina, autumn):
    item = write(place(dolores), "Welcome")
    here = place(chidi, autumn)
    draft = save_draft(open_draft(item, here), here, title="Ours", content=page(), stamp=1)
    publish([draft], here)

    back_to_course(item, here)

    assert titles(place(amina, autumn)) == ["Welcome"]
    assert item.versions.filter(title="Ours").exists()


def test_two_sessions_can_each_have_their_own_version(place, write, dolores, chidi, carla, autumn, spring):
    item = write(place(dolores), "Welcome")

    for person, session in ((chidi, autumn), (carla, spring)):
        here = place(person, session)
        publish([save_draft(open_draft(item, here), here, title=session.title, content=page(), stamp=1)], here)

    assert titles(place(chidi, autumn)) == ["Autumn"]
    assert titles(place(carla, spring)) == ["Spring"]
    assert titles(place(dolores)) == ["Welcome"]


def test_removing_a_folder_removes_what_lies_in_it_and_keeps_the_versions(place, write, dolores):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    write(here, "Page", parent=folder)
    write(here, "Other")

    remove(shown_in(here).get(pk=folder.pk), here)

    assert titles(here) == ["Other"]
    assert Version.objects.count() == 3


def test_a_folder_cannot_be_moved_into_itself(place, write, dolores):
    here = place(dolores)
    outer = write(here, "Outer", kind="folder")
    inner = write(here, "Inner", kind="folder", parent=outer)

    for into in (outer, inner):
        with pytest.raises(NotAllowed):
            move([shown_in(here).get(pk=outer.pk)], here, parent=into)


def test_things_lie_only_where_their_kind_may(place, write, dolores):
    here = place(dolores)
    category = write(here, "Category", kind="link_category")
    item = write(here, "Page")

    with pytest.raises(NotAllowed):
        move([shown_in(here).get(pk=item.pk)], here, parent=category)


def test_a_discarded_draft_of_something_never_published_takes_the_item_along(place, write, dolores):
    here = place(dolores)
    write(here, "Never", published=False)
    published = write(here, "Published")

    discard_draft(drafts_in(here).get(title="Never"), here)
    discard_draft(open_draft(published, here), here)

    assert list(Item.objects.all()) == [published]
    assert titles(here) == ["Published"]


def test_a_save_that_did_not_see_the_last_one_is_refused(place, write, dolores, asif):
    item = write(place(dolores), "Welcome")
    draft = open_draft(item, place(dolores))
    save_draft(draft, place(asif), title="Asif's", content=page(), stamp=1)

    with pytest.raises(DraftMoved, match="Asif Khan") as caught:
        save_draft(draft, place(dolores), title="Mine", content=page(), stamp=1)

    assert caught.value.draft.title == "Asif's"
    assert drafts_in(place(dolores)).get().title == "Asif's"


def test_a_form_sent_twice_makes_one_item(place, dolores):
    here, key = place(dolores), uuid4()

    save(here, key, "Welcome")
    save(here, key, "Welcome")

    assert Item.objects.get().uuid == key


def test_a_form_sent_twice_publishes_once(place, dolores):
    here, key = place(dolores), uuid4()
    publish([save(here, key, "Welcome")], here)

    again = save(here, key, "Welcome")

    assert again is None
    assert Version.objects.count() == 1


def test_a_first_save_opens_the_draft(place, write, dolores):
    item = write(place(dolores), "Welcome")

    draft = save(place(dolores), item.uuid, "Welcome!", seen=1)

    assert (draft.title, draft.stamp) == ("Welcome!", 2)


def test_a_save_does_not_overwrite_what_was_published_meanwhile(place, write, dolores, asif):
    item = write(place(dolores), "Welcome")
    publish([save(place(dolores), item.uuid, "Second", seen=1)], place(dolores))

    with pytest.raises(DraftMoved) as caught:
        save(place(asif), item.uuid, "Mine", seen=1)

    assert caught.value.draft.title == "Second"


def test_a_save_of_a_draft_that_was_published_meanwhile_is_refused(place, write, dolores, asif):
    item = write(place(dolores), "Welcome")
    draft = save(place(asif), item.uuid, "Second", seen=1)
    publish([draft], place(dolores))

    with pytest.raises(DraftMoved):
        save(place(asif), item.uuid, "Third", seen=1, stamp=draft.stamp)


def test_a_draft_begun_by_somebody_else_meanwhile_is_not_overwritten(place, write, dolores, asif):
    item = write(place(dolores), "Welcome")
    open_draft(item, place(asif))

    with pytest.raises(DraftMoved):
        save(place(dolores), item.uuid, "Mine", seen=1)


def test_a_draft_opened_by_the_editors_own_picture_takes_the_first_text(place, write, dolores):
    item = write(place(dolores), "Welcome")
    open_draft(item, place(dolores))

    assert save(place(dolores), item.uuid, "Mine", seen=1).title == "Mine"


def test_an_item_of_another_place_cannot_be_written(place, write, chidi, carla, autumn, spring):
    item = write(place(carla, spring), "Theirs")

    with pytest.raises(Item.DoesNotExist):
        save(place(chidi, autumn), item.uuid, "Mine")
