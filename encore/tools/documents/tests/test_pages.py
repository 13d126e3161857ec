"""The pages of documents, as learners, coaches, teachers and assistants meet them."""

from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from encore.toolkit.models import Completion, Draft, Item, Version
from encore.toolkit.places import address
from encore.toolkit.publishing import open_draft, publish, save_draft, set_visible
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in, shown_in
from encore.toolkit.tests.places import course_dump, queries, text
from encore.tools.documents.uploads import add_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(at):
    """add(here, "plan.pdf", b"…") → the published item of an uploaded file."""

    def upload(here, name="plan.pdf", content=b"%PDF-1.4", parent=None):
        drafts, _refused = add_files(
            [SimpleUploadedFile(name, content)], here, key=uuid4(), parent=parent, publishes=True
        )
        return drafts[0].item

    return upload


# Reading


def test_a_learner_reads_a_page(place, write, get, dolores, amina, autumn):
    page = write(place(dolores), "Welcome", text="<h2>Hello</h2><p>Good to see you.</p>")

    response = get(place(amina, autumn), "documents:show", uuid=page.uuid)

    assert response.status_code == 200
    assert "<p>Good to see you.</p>" in text(response)


def test_reading_a_page_is_recorded_once(place, write, get, dolores, amina, autumn):
    page = write(place(dolores), "Welcome")

    for _ in range(2):
        get(place(amina, autumn), "documents:show", uuid=page.uuid)

    assert Completion.objects.get().item == page
    assert "Seen" in text(get(place(amina, autumn), "documents:index"))


def test_a_coach_and_a_visiting_teacher_leave_no_trace(place, write, get, dolores, chidi, autumn):
    page = write(place(dolores), "Welcome")

    for person in (chidi, dolores):
        assert get(place(person, autumn), "documents:show", uuid=page.uuid).status_code == 200

    assert not Completion.objects.exists()


def test_after_the_end_pages_are_read_and_nothing_is_recorded(place, write, get, dolores, amina, ended):
    page = write(place(dolores), "Welcome")

    response = get(place(amina, ended), "documents:show", uuid=page.uuid)

    assert response.status_code == 200
    assert "Read only" in text(response)
    assert not Completion.objects.exists()


def test_a_folder_lists_what_lies_in_it_with_the_way_there(place, write, get, dolores, amina, autumn):
    here = place(dolores)
    outer = write(here, "Outer", kind="folder", description="All of it.")
    inner = write(here, "Inner", kind="folder", parent=outer)
    write(here, "Deep", parent=inner)

    page = text(get(place(amina, autumn), "documents:show", uuid=inner.uuid))

    assert "Deep" in page
    assert page.index(">Outer</a>") < page.index(">Deep</a>")


def test_a_page_leads_to_its_neighbours_in_the_folder(place, write, get, dolores, amina, autumn):
    here = place(dolores)
    write(here, "First")
    second = write(here, "Second")
    write(here, "Folder", kind="folder")
    write(here, "Third")

    response = get(place(amina, autumn), "documents:show", uuid=second.uuid)

    assert (response.context["previous"].title, response.context["following"].title) == ("First", "Third")


def test_a_picture_in_a_page_gets_its_address_here(place, write, get, dolores, amina, autumn):
    uuid = "0d3d0f6e-4a70-4a8d-9d9e-0123456789ab"
    page = write(place(dolores), "Map", text=f'<img src="file:{uuid}" alt="Map">')

    response = get(place(amina, autumn), "documents:show", uuid=page.uuid)

    assert f'src="{address(place(amina, autumn), "files:show", uuid=uuid, name="file")}"' in text(response)


@pytest.mark.parametrize(
    ("name", "content", "shows"),
    [
        ("plan.pdf", b"%PDF-1.4", "<iframe"),
        ("map.png", b"\x89PNG", "<img"),
        ("talk.mp4", b"film", "<video"),
        ("talk.mp3", b"sound", "<audio"),
        ("notes.txt", "Grüße".encode(), "Grüße"),
        ("old.txt", "Grüße".encode("cp1252"), "Grüße"),
        ("evil.html", b"<script>alert(1)</script>", "evil.html"),
        ("data.bin", b"\x00\x01", "data.bin"),
    ],
)
def test_a_file_is_shown_as_far_as_a_page_can(name, content, shows, place, add, get, dolores, amina, autumn):
    item = add(place(dolores), name, content)

    page = text(get(place(amina, autumn), "documents:show", uuid=item.uuid))

    assert shows in page
    assert "alert(1)" not in page
    assert "Download" in page


def test_what_is_typed_into_titles_is_shown_as_text(place, write, get, dolores, amina, autumn):
    page = write(place(dolores), '<script>alert("t")</script> & "more"')

    for response in (
        get(place(amina, autumn), "documents:index"),
        get(place(amina, autumn), "documents:show", uuid=page.uuid),
        get(place(dolores), "documents:index"),
    ):
        assert "<script>alert(" not in text(response)
        assert "&amp;amp;" not in text(response)


def test_learners_meet_neither_drafts_nor_hidden_things_nor_marks(place, write, get, dolores, chidi, amina, autumn):
    hidden = write(place(dolores), "Secret hidden")
    draft = write(place(chidi, autumn), "Secret draft", published=False)
    write(place(chidi, autumn), "Session only")
    set_visible(hidden, place(chidi, autumn), False)
    here = place(amina, autumn)

    page = text(get(here, "documents:index"))

    assert "Secret" not in page
    assert "This session only" not in page
    assert "Actions" not in page
    for item in (hidden, draft):
        assert get(here, "documents:show", uuid=item.uuid).status_code == 404


def test_what_lies_in_a_hidden_folder_is_not_found(place, write, get, dolores, chidi, amina, autumn):
    folder = write(place(dolores), "Folder", kind="folder")
    page = write(place(dolores), "Inside", parent=folder)
    set_visible(folder, place(chidi, autumn), False)

    for item in (folder, page):
        assert get(place(amina, autumn), "documents:show", uuid=item.uuid).status_code == 404
    assert get(place(chidi, autumn), "documents:show", uuid=page.uuid).status_code == 200


def test_items_of_other_sessions_and_courses_are_not_found(
    place, write, get, dolores, chidi, carla, amina, autumn, spring, make_course, at
):
    from encore.courses.context import here_for

    theirs = write(place(carla, spring), "Spring only")
    other = make_course("LAW", "Law", teachers=[dolores])
    elsewhere = write(here_for(dolores, at=at, code=other.code), "In law")

    for item in (theirs, elsewhere):
        for here in (place(amina, autumn), place(chidi, autumn), place(dolores)):
            assert get(here, "documents:show", uuid=item.uuid).status_code == 404


def test_coaches_find_marks_drafts_and_hidden_things(place, write, get, dolores, chidi, autumn):
    hidden = write(place(dolores), "Base")
    set_visible(hidden, place(chidi, autumn), False)
    write(place(chidi, autumn), "Ours")
    write(place(chidi, autumn), "Unfinished", published=False)

    page = text(get(place(chidi, autumn), "documents:index"))

    for words in ("Hidden", "This session only", "Unfinished", "Draft"):
        assert words in page


# Writing


def test_a_teacher_writes_and_publishes_a_page(place, get, post, dolores, amina, autumn):
    here = place(dolores)
    editor = get(here, "documents:new", kind="page")
    key = UUID(editor["Location"].split("/documents/")[1].split("/")[0])

    response = post(
        here, "documents:edit", {"title": "Welcome", "text": "<p>Hello</p>", "do": "publish"}, "?kind=page", uuid=key
    )

    assert response["Location"] == address(here, "documents:show", uuid=key)
    assert shown_in(place(amina, autumn)).get().content["text"] == "<p>Hello</p>"


def test_a_draft_is_previewed_as_learners_will_see_it(place, get, post, dolores, amina, autumn):
    here, key = place(dolores), uuid4()

    response = post(
        here, "documents:edit", {"title": "Soon", "text": "<p>Hello</p>", "do": "draft"}, "?kind=page", uuid=key
    )

    assert response["Location"] == address(here, "documents:preview", uuid=key)
    assert "<p>Hello</p>" in text(get(here, "documents:preview", uuid=key))
    assert get(place(amina, autumn), "documents:show", uuid=key).status_code == 404


def test_a_form_sent_twice_makes_one_page(place, post, dolores):
    here, key = place(dolores), uuid4()

    for _ in range(2):
        response = post(here, "documents:edit", {"title": "Once", "do": "publish"}, "?kind=page", uuid=key)
        assert response.status_code == 302

    assert (Item.objects.count(), Version.objects.count()) == (1, 1)


def test_a_page_without_a_title_is_refused_and_the_text_kept(place, post, dolores):
    response = post(
        place(dolores),
        "documents:edit",
        {"title": " ", "text": "<p>Long work</p>", "do": "publish"},
        "?kind=page",
        uuid=uuid4(),
    )

    assert response.status_code == 200
    assert "Long work" in text(response)
    assert "This field is required" in text(response)
    assert not Item.objects.exists()


def test_what_the_editor_sends_is_cleaned(place, post, dolores):
    here, key = place(dolores), uuid4()
    evil = '<p onclick="x()">Hi<script>alert(1)</script><iframe src="//evil"></iframe></p>'

    post(here, "documents:edit", {"title": "Clean", "text": evil, "do": "publish"}, "?kind=page", uuid=key)

    assert shown_in(here).get().content["text"] == "<p>Hi</p>"


def test_a_draft_saves_itself_and_hands_back_its_stamp(place, post, dolores):
    here, key = place(dolores), uuid4()
    quietly = {"X-Requested-With": "autosave"}

    first = post(here, "documents:edit", {"title": "", "text": "<p>A</p>"}, "?kind=page", quietly, uuid=key)
    second = post(
        here, "documents:edit", {"title": "", "text": "<p>AB</p>", **first.json()}, "?kind=page", quietly, uuid=key
    )

    assert (first.status_code, second.status_code) == (200, 200)
    assert drafts_in(here).get().content["text"] == "<p>AB</p>"


def test_two_who_write_one_draft_are_told_and_no_text_is_lost(place, write, post, dolores, asif):
    page = write(place(dolores), "Welcome")
    open_draft(page, place(asif))
    save_draft(drafts_in(place(asif)).get(), place(asif), title="Asif's", content=kind_named("page").content(), stamp=1)
    mine = {"title": "Dolores's", "text": "<p>My words</p>", "stamp": "1", "seen": "1", "do": "draft"}

    conflict = post(place(dolores), "documents:edit", mine, uuid=page.uuid)

    assert conflict.status_code == 409
    assert "Asif Khan" in text(conflict)
    assert "My words" in text(conflict)
    assert drafts_in(place(dolores)).get().title == "Asif's"
    knowingly = {**mine, "stamp": str(conflict.context["form"]["stamp"].value())}
    assert post(place(dolores), "documents:edit", knowingly, uuid=page.uuid).status_code == 302
    assert drafts_in(place(dolores)).get().title == "Dolores's"


def test_a_conflict_in_the_background_is_told_too(place, write, post, dolores, asif):
    page = write(place(dolores), "Welcome")
    open_draft(page, place(asif))

    response = post(
        place(dolores),
        "documents:edit",
        {"title": "X", "seen": "1"},
        headers={"X-Requested-With": "autosave"},
        uuid=page.uuid,
    )

    assert response.status_code == 409


def test_an_assistant_writes_drafts_and_is_told_who_publishes(place, get, post, asif):
    here, key = place(asif), uuid4()

    page = text(get(here, "documents:edit", query="?kind=page", uuid=key))
    response = post(here, "documents:edit", {"title": "Mine", "do": "publish"}, "?kind=page", uuid=key)

    assert "Only a teacher of this course can publish" in page
    assert "Save and publish" not in page
    assert response["Location"] == address(here, "documents:preview", uuid=key)
    assert drafts_in(here).get().title == "Mine"
    assert not shown_in(here).exists()


def test_an_assistant_cannot_publish_a_draft(place, write, post, asif):
    item = write(place(asif), "Mine", published=False)

    assert post(place(asif), "documents:publish", uuid=item.uuid).status_code == 403
    assert not shown_in(place(asif)).exists()


def test_a_draft_is_published_as_it_was_looked_at(place, write, post, dolores, asif):
    here = place(dolores)
    item = write(here, "Soon", published=False)
    save_draft(drafts_in(here).get(), place(asif), title="Changed", content=kind_named("page").content(), stamp=1)

    post(here, "documents:publish", {"stamp": "1"}, uuid=item.uuid)
    assert not shown_in(here).exists()
    post(here, "documents:publish", {"stamp": "2"}, uuid=item.uuid)

    assert shown_in(here).get().title == "Changed"


def test_a_draft_without_a_title_is_not_published(place, write, post, dolores):
    item = write(place(dolores), "", published=False)

    response = post(place(dolores), "documents:publish", {"stamp": "1"}, uuid=item.uuid)

    assert response["Location"] == address(place(dolores), "documents:edit", uuid=item.uuid)
    assert not Version.objects.exists()


def test_a_picture_is_taken_up_in_a_text_that_is_not_saved_yet(place, post, get, dolores, amina, autumn):
    here, key = place(dolores), uuid4()
    picture = SimpleUploadedFile("map.png", b"a picture", "image/png")

    url = post(here, "documents:upload", {"file": picture}, "?kind=page", uuid=key).json()["url"]
    post(
        here,
        "documents:edit",
        {"title": "Map", "text": f'<p>See</p><img src="{url}" alt="Map">', "stamp": "0", "seen": "0", "do": "publish"},
        "?kind=page",
        uuid=key,
    )

    learner = place(amina, autumn)
    uuid = url.split("/files/")[1].split("/")[0]
    assert f'src="file:{uuid}"' in shown_in(learner).get().content["text"]
    assert get(learner, "files:show", uuid=uuid, name="file").status_code == 200


@pytest.mark.parametrize("name", ["evil.svg", "evil.html", "plan.pdf"])
def test_only_pictures_stand_in_a_text(name, place, post, dolores):
    response = post(
        place(dolores), "documents:upload", {"file": SimpleUploadedFile(name, b"x")}, "?kind=page", uuid=uuid4()
    )

    assert (response.status_code, list(response.json())) == (400, ["error"])
    assert not Item.objects.exists()


# Files


def test_several_files_are_added_at_once(place, post, dolores, amina, autumn):
    here = place(dolores)
    files = [SimpleUploadedFile(name, name.encode()) for name in ("Überblick.pdf", "no ending", "a.b.tar.gz")]

    response = post(here, "documents:upload_files", {"key": uuid4(), "files": files, "do": "publish"})

    assert response.status_code == 302
    assert [item.title for item in shown_in(place(amina, autumn))] == ["Überblick", "no ending", "a.b.tar"]


def test_files_sent_twice_are_added_once(place, post, dolores):
    key = uuid4()

    for _ in range(2):
        files = [SimpleUploadedFile("plan.pdf", b"plan")]
        post(place(dolores), "documents:upload_files", {"key": key, "files": files, "do": "publish"})

    assert Item.objects.count() == 1


def test_a_bad_file_is_named_and_the_others_go_on(place, post, dolores, settings):
    settings.UPLOAD_LIMIT = 10
    files = [
        SimpleUploadedFile("good.txt", b"good"),
        SimpleUploadedFile("empty.txt", b""),
        SimpleUploadedFile("large.txt", b"x" * 11),
    ]

    response = post(place(dolores), "documents:upload_files", {"key": uuid4(), "files": files, "do": "publish"})

    assert [item.title for item in shown_in(place(dolores))] == ["good"]
    assert "The file is empty" in text(response)
    assert "the limit is 10" in text(response)


def test_no_file_at_all_is_a_clear_error(place, post, dolores):
    response = post(place(dolores), "documents:upload_files", {"key": uuid4(), "do": "publish"})

    assert "This field is required" in text(response)


def test_an_assistants_files_are_drafts(place, post, asif):
    files = [SimpleUploadedFile("plan.pdf", b"plan")]

    post(place(asif), "documents:upload_files", {"key": uuid4(), "files": files, "do": "publish"})

    assert drafts_in(place(asif)).get().title == "plan"


def test_a_very_long_name_is_cut_and_keeps_its_ending(place, post, dolores):
    files = [SimpleUploadedFile("n" * 240 + ".pdf", b"plan")]

    post(place(dolores), "documents:upload_files", {"key": uuid4(), "files": files, "do": "publish"})

    item = shown_in(place(dolores)).get()
    assert item.content["name"].endswith(".pdf")
    assert len(item.title) <= 250


def test_files_are_added_into_a_folder(place, write, post, dolores):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    files = [SimpleUploadedFile("plan.pdf", b"plan")]

    post(here, "documents:upload_files_into", {"key": uuid4(), "files": files, "do": "publish"}, uuid=folder.uuid)

    assert shown_in(here, kind="file").get().parent_id == folder.pk


def test_another_file_takes_the_place_of_one(place, add, post, get, dolores, amina, autumn):
    here = place(dolores)
    item = add(here, "plan.pdf", b"old")
    data = {"title": "Plan", "seen": "1", "upload": SimpleUploadedFile("plan 2.pdf", b"new"), "do": "publish"}

    assert post(here, "documents:edit", data, uuid=item.uuid).status_code == 302

    content = shown_in(place(amina, autumn)).get().content
    assert (content["name"], content["size"]) == ("plan 2.pdf", 3)
    file = get(place(amina, autumn), "files:show", uuid=content["file"], name="x")
    assert b"".join(file.streaming_content) == b"new"


# Arranging


def test_things_are_moved_into_a_folder_published_or_not(place, write, get, post, dolores):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    page, draft = write(here, "Page"), write(here, "Draft", published=False)

    assert "At the top" in text(get(here, "documents:place", uuid=page.uuid))
    for item in (page, draft):
        post(here, "documents:place", {"parent": str(folder.uuid)}, uuid=item.uuid)

    assert shown_in(here, kind="page").get().parent_id == folder.pk
    assert drafts_in(here).get().parent_id == folder.pk


def test_a_folder_is_not_offered_as_a_place_for_itself(place, write, get, post, dolores):
    here = place(dolores)
    outer = write(here, "Outer", kind="folder")
    inner = write(here, "Inner", kind="folder", parent=outer)

    page = get(here, "documents:place", uuid=outer.uuid)
    post(here, "documents:place", {"parent": str(inner.uuid)}, uuid=outer.uuid)

    assert [value for value, _label in page.context["form"].fields["parent"].choices] == [""]
    assert shown_in(here).get(pk=outer.pk).parent_id is None


def test_removing_says_what_goes_and_what_stays(place, write, get, post, dolores, amina, autumn):
    here = place(dolores)
    folder = write(here, "Folder", kind="folder")
    page = write(here, "Page", parent=folder)
    get(place(amina, autumn), "documents:show", uuid=page.uuid)

    question = text(get(here, "documents:remove", uuid=folder.uuid))
    post(here, "documents:remove", uuid=folder.uuid)

    assert "with 1 item that lies in it" in question
    assert "Learners of 1 running session no longer find it" in question
    assert "What 1 learner did with it" in question
    assert get(place(amina, autumn), "documents:show", uuid=page.uuid).status_code == 404
    assert Completion.objects.count() == 1


def test_a_draft_is_thrown_away_after_a_question(place, write, get, post, dolores):
    here = place(dolores)
    item = write(here, "Never", published=False)

    assert "it was never published" in text(get(here, "documents:discard", uuid=item.uuid))
    post(here, "documents:discard", uuid=item.uuid)

    assert not Item.objects.exists()


def test_what_was_just_changed_is_marked(place, write, post, client_of, dolores):
    here = place(dolores)
    item = write(here, "Page")

    response = post(here, "documents:visibility", {"visible": "no"}, uuid=item.uuid)

    assert "just-changed" in text(client_of(dolores).get(response["Location"]))


# In a session


def test_a_coach_gives_a_file_another_content_for_this_session(
    place, add, get, post, dolores, chidi, amina, boris, autumn, spring, ethics
):
    item = add(place(dolores), "plan.pdf", b"everybody")
    before = course_dump(ethics)
    data = {"title": "Plan", "seen": "1", "upload": SimpleUploadedFile("plan.pdf", b"autumn"), "do": "publish"}

    post(place(chidi, autumn), "documents:edit", data, uuid=item.uuid)

    def content(here):
        file = shown_in(here).get().content["file"]
        return b"".join(get(here, "files:show", uuid=file, name="x").streaming_content)

    assert content(place(amina, autumn)) == b"autumn"
    assert content(place(boris, spring)) == b"everybody"
    own = shown_in(place(amina, autumn)).get().content["file"]
    assert get(place(boris, spring), "files:show", uuid=own, name="x").status_code == 404
    assert course_dump(ethics) == before


def test_another_title_alone_keeps_the_file(place, add, get, post, dolores, chidi, amina, autumn):
    item = add(place(dolores), "plan.pdf", b"everybody")

    post(place(chidi, autumn), "documents:edit", {"title": "Our plan", "seen": "1", "do": "publish"}, uuid=item.uuid)

    shown = shown_in(place(amina, autumn)).get()
    assert shown.title == "Our plan"
    assert get(place(amina, autumn), "files:show", uuid=shown.content["file"], name="x").status_code == 200


def test_nothing_is_put_into_a_folder_of_another_session(place, write, get, post, chidi, carla, autumn, spring):
    theirs = write(place(carla, spring), "Theirs", kind="folder")
    here = place(chidi, autumn)

    assert post(here, "documents:edit", {"title": "X"}, f"?kind=page&in={theirs.uuid}", uuid=uuid4()).status_code == 404
    assert get(here, "documents:upload_files_into", uuid=theirs.uuid).status_code == 404
    assert Item.objects.count() == 1


def test_nothing_a_coach_does_on_the_pages_touches_the_course(
    place, write, add, post, get, dolores, chidi, ethics, autumn, amina
):
    teacher, here = place(dolores), place(chidi, autumn)
    folder = write(teacher, "Folder", kind="folder")
    base = write(teacher, "Welcome", text="<p>Base</p>", parent=folder)
    other = add(teacher, "plan.pdf")
    before = course_dump(ethics)

    def done(route, data=None, query="", **kwargs):
        response = post(here, f"documents:{route}", data, query, **kwargs)
        assert response.status_code in (200, 302), route
        assert course_dump(ethics) == before, route

    key = uuid4()
    done("edit", {"title": "Ours", "text": "<p>Ours</p>", "do": "publish"}, f"?kind=page&in={folder.uuid}", uuid=key)
    done("upload_files", {"key": uuid4(), "files": [SimpleUploadedFile("a.txt", b"a")], "do": "publish"})
    done("edit", {"title": "Welcome here", "text": "<p>Own</p>", "seen": "1", "do": "draft"}, uuid=base.uuid)
    done("upload", {"file": SimpleUploadedFile("map.png", b"p")}, uuid=base.uuid)
    done("publish", uuid=base.uuid)
    assert "Own" in text(get(place(amina, autumn), "documents:show", uuid=base.uuid))
    done("visibility", {"visible": "no"}, uuid=other.uuid)
    done("visibility", {"visible": "yes"}, uuid=other.uuid)
    done("order", {"down": str(folder.uuid)})
    done("place", {"parent": ""}, uuid=key)
    done("course_version", uuid=base.uuid)
    assert "Base" in text(get(place(amina, autumn), "documents:show", uuid=base.uuid))
    done("edit", {"title": "Again", "seen": "1", "do": "draft"}, uuid=base.uuid)
    done("discard", uuid=base.uuid)
    done("remove", uuid=key)


def test_base_things_are_not_removed_or_moved_in_a_session(place, write, post, get, dolores, chidi, autumn):
    folder = write(place(dolores), "Folder", kind="folder")
    page = write(place(dolores), "Welcome")
    here = place(chidi, autumn)

    assert post(here, "documents:remove", uuid=page.uuid).status_code == 403
    assert post(here, "documents:place", {"parent": str(folder.uuid)}, uuid=page.uuid).status_code == 403
    assert post(here, "documents:edit", {"title": "X", "seen": "1"}, uuid=folder.uuid).status_code == 403
    assert "Remove" not in text(get(here, "documents:index"))


def test_the_way_to_this_sessions_own_version_is_offered_and_explained(place, write, get, dolores, chidi, autumn):
    page = write(place(dolores), "Welcome")
    here = place(chidi, autumn)

    assert "Make this session&#x27;s own version" in text(get(here, "documents:show", uuid=page.uuid))
    assert "The course and its other sessions keep theirs" in text(get(here, "documents:edit", uuid=page.uuid))


def test_going_back_says_what_happens_first(place, write, get, dolores, chidi, autumn):
    page = write(place(dolores), "Welcome")
    here = place(chidi, autumn)
    publish(
        [save_draft(open_draft(page, here), here, title="Ours", content=kind_named("page").content(), stamp=1)], here
    )

    response = get(here, "documents:course_version", uuid=page.uuid)

    assert "stays among the versions" in text(response)


# Everything that writes is closed to those who only read

WRITES = [
    ("documents:new", "get", {"kind": "page"}),
    ("documents:edit", "both", {"uuid": None}),
    ("documents:upload", "post", {"uuid": None}),
    ("documents:preview", "get", {"uuid": None}),
    ("documents:publish", "post", {"uuid": None}),
    ("documents:discard", "both", {"uuid": None}),
    ("documents:visibility", "post", {"uuid": None}),
    ("documents:place", "both", {"uuid": None}),
    ("documents:remove", "both", {"uuid": None}),
    ("documents:versions", "get", {"uuid": None}),
    ("documents:version", "get", {"uuid": None, "number": 1}),
    ("documents:course_version", "both", {"uuid": None}),
    ("documents:order", "post", {}),
    ("documents:upload_files", "both", {}),
    ("documents:upload_files_into", "both", {"uuid": None}),
    ("changes:index", "both", {}),
]


@pytest.mark.parametrize(("route", "method", "kwargs"), WRITES)
@pytest.mark.parametrize("who", ["learner", "reader", "teacher"])
def test_those_who_read_cannot_write(
    who, route, method, kwargs, place, write, get, post, dolores, chidi, amina, autumn, ended
):
    here = {"learner": place(amina, autumn), "reader": place(amina, ended), "teacher": place(dolores, autumn)}[who]
    page = write(place(dolores), "Welcome")
    kwargs = {**kwargs, **({"uuid": page.uuid} if "uuid" in kwargs else {})}

    if method in ("get", "both"):
        assert get(here, route, **kwargs).status_code == 403
    if method in ("post", "both"):
        assert post(here, route, {"title": "X", "do": "publish", "visible": "no"}, **kwargs).status_code == 403
    assert (Item.objects.count(), Version.objects.count(), Draft.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(("route", "method", "kwargs"), [row for row in WRITES if "uuid" in row[2]])
def test_writing_reaches_nothing_of_another_session(
    route, method, kwargs, place, write, get, post, chidi, carla, autumn, spring
):
    theirs = write(place(carla, spring), "Secret of spring")
    here = place(chidi, autumn)
    kwargs = {**kwargs, "uuid": theirs.uuid}

    if method in ("get", "both"):
        assert get(here, route, **kwargs).status_code == 404
    if method in ("post", "both"):
        assert (
            post(here, route, {"title": "X", "do": "publish", "visible": "no"}, "?kind=page", **kwargs).status_code
            == 404
        )
    assert Version.objects.get().title == "Secret of spring"


# Queries


@pytest.mark.parametrize("who", ["amina", "chidi"])
def test_a_list_asks_as_many_queries_for_thirty_as_for_three(
    who, place, write, client_of, dolores, chidi, amina, autumn, django_assert_max_num_queries
):
    person = {"amina": amina, "chidi": chidi}[who]
    client, url = client_of(person), address(place(person, autumn), "documents:index")
    for n in range(3):
        write(place(dolores), f"Page {n}")
    client.get(url)
    few = queries(django_assert_max_num_queries, 10, lambda: client.get(url))
    for n in range(27):
        write(place(dolores), f"More {n}")

    assert queries(django_assert_max_num_queries, 10, lambda: client.get(url)) == few


def test_opening_a_document_stays_within_ten_queries(
    place, write, client_of, dolores, amina, autumn, django_assert_max_num_queries
):
    folder = write(place(dolores), "Folder", kind="folder")
    pages = [write(place(dolores), f"Page {n}", parent=folder, text="<p>Text</p>") for n in range(5)]
    client = client_of(amina)
    here = place(amina, autumn)
    client.get(address(here, "documents:index"))  # coming in for the first time starts clocks

    first = queries(
        django_assert_max_num_queries, 20, lambda: client.get(address(here, "documents:show", uuid=pages[0].uuid))
    )
    again = queries(
        django_assert_max_num_queries, 20, lambda: client.get(address(here, "documents:show", uuid=pages[0].uuid))
    )

    assert first <= 10
    assert again <= 9
