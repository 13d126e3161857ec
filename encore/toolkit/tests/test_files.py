"""Files are served where something visible uses them, and can never run here."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from encore.toolkit.files import BadFile, attach, clean_name, file_in, media_type, store
from encore.toolkit.menu import set_tool
from encore.toolkit.models import FileUse, StoredFile
from encore.toolkit.places import address
from encore.toolkit.publishing import create_item, open_draft, publish, save_draft, set_visible
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in

pytestmark = pytest.mark.django_db


def upload(name="plan.pdf", content=b"%PDF-1.4 plan"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def page_with_file(at):
    """page_with_file(here) → (item, the file's uuid): a published page that holds a picture."""

    def make(here, name="map.png", content=b"a picture", published=True):
        draft = create_item(here, "page", title=name, content=kind_named("page").content())
        use = attach(upload(name, content), draft, at=at)
        text = kind_named("page").content(text=f'<p><img src="file:{use.uuid}" alt="Map"></p>')
        draft = save_draft(draft, here, title=name, content=text, stamp=1)
        if published:
            publish([draft], here)
        return draft.item, use.uuid

    return make


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Users\\x\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("Überblick – 日本語.pdf", "Überblick – 日本語.pdf"),
        ("no ending", "no ending"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"),
        ("y" * 300, "y" * 200),
        (".htaccess", "htaccess"),
    ],
)
def test_names_are_kept_as_far_as_they_are_safe(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("a.PDF", "application/pdf"),
        ("a.txt", "text/plain"),
        ("a.txt.gz", "application/octet-stream"),
        ("a.webp", "image/webp"),
        ("a.svg", "image/svg+xml"),
        ("a", "application/octet-stream"),
        ("a.never-heard-of", "application/octet-stream"),
    ],
)
def test_types_go_by_the_ending(name, type_):
    assert media_type(name) == type_


def test_an_empty_and_a_large_file_are_refused_with_the_limit(settings, at):
    settings.UPLOAD_LIMIT = 10

    with pytest.raises(BadFile, match="empty"):
        store(upload(content=b""), at=at)
    with pytest.raises(BadFile, match="limit is 10"):
        store(upload(content=b"more than ten"), at=at)


def test_the_same_bytes_are_kept_once(at):
    assert store(upload("a.pdf"), at=at) == store(upload("b.pdf"), at=at)
    assert StoredFile.objects.count() == 1


def test_a_file_is_served_where_what_uses_it_shows(page_with_file, place, dolores, amina, autumn):
    _item, uuid = page_with_file(place(dolores))

    assert file_in(place(amina, autumn), uuid).name == "map.png"


def test_a_file_of_another_session_is_not_served(page_with_file, place, chidi, amina, boris, carla, autumn, spring):
    _item, uuid = page_with_file(place(chidi, autumn))

    assert file_in(place(amina, autumn), uuid)
    assert file_in(place(boris, spring), uuid) is None
    assert file_in(place(carla, spring), uuid) is None


def test_a_drafts_file_is_served_to_writers_alone(page_with_file, place, dolores, asif, amina, chidi, autumn):
    _item, uuid = page_with_file(place(dolores), published=False)

    assert file_in(place(asif), uuid)
    assert file_in(place(amina, autumn), uuid) is None
    assert file_in(place(chidi, autumn), uuid) is None


def test_a_hidden_file_is_not_served_to_learners(page_with_file, place, dolores, chidi, amina, autumn):
    item, uuid = page_with_file(place(dolores))
    set_visible(item, place(chidi, autumn), False)

    assert file_in(place(amina, autumn), uuid) is None
    assert file_in(place(chidi, autumn), uuid)


def test_a_file_of_a_hidden_tool_is_not_served_to_learners(page_with_file, place, dolores, chidi, amina, autumn):
    _item, uuid = page_with_file(place(dolores))
    set_tool(place(chidi, autumn), "documents", visible=False)

    assert file_in(place(amina, autumn), uuid) is None
    assert file_in(place(chidi, autumn), uuid)


def test_an_old_versions_file_is_served_to_writers_alone(page_with_file, place, dolores, amina, autumn):
    item, uuid = page_with_file(place(dolores))
    here = place(dolores)
    publish(
        [save_draft(open_draft(item, here), here, title="New", content=kind_named("page").content(), stamp=1)], here
    )

    assert file_in(place(amina, autumn), uuid) is None
    assert file_in(here, uuid)


def test_a_version_holds_only_the_files_it_names(page_with_file, place, dolores):
    item, _uuid = page_with_file(place(dolores))
    here = place(dolores)
    publish(
        [save_draft(open_draft(item, here), here, title="New", content=kind_named("page").content(), stamp=1)], here
    )

    assert list(item.versions.values_list("number", "file_uses__name")) == [(2, None), (1, "map.png")]


def test_content_can_name_a_file_that_its_writer_may_read(page_with_file, place, dolores, amina, autumn, write):
    _item, uuid = page_with_file(place(dolores))
    here = place(dolores)

    other = write(here, "Other", text=f'<img src="file:{uuid}" alt="">')

    assert FileUse.objects.filter(version__item=other, uuid=uuid).exists()


def test_content_cannot_fetch_a_file_by_naming_it(page_with_file, place, chidi, carla, boris, autumn, spring, write):
    _item, uuid = page_with_file(place(chidi, autumn))

    write(place(carla, spring), "Stolen", text=f'<img src="file:{uuid}" alt="">')

    assert file_in(place(boris, spring), uuid) is None


# Serving


@pytest.fixture
def get(client_of, place):
    def fetch(person, session, uuid, name="x", **headers):
        return client_of(person).get(
            address(place(person, session), "files:show", uuid=uuid, name=name), headers=headers
        )

    return fetch


def body(response):
    return b"".join(response.streaming_content)


def test_a_picture_is_shown_in_place(page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores))

    response = get(amina, autumn, uuid)

    assert (response.status_code, response["Content-Type"], body(response)) == (200, "image/png", b"a picture")
    assert response["Content-Disposition"] == 'inline; filename="map.png"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["evil.html", "evil.svg", "evil.xhtml", "evil.js", "evil", "evil.xml", "evil.exe"])
def test_what_could_run_is_only_ever_downloaded(name, page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores), name, b"<script>alert(1)</script>")

    response = get(amina, autumn, uuid)

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_type_goes_by_this_uses_name_not_by_the_first_upload_of_the_bytes(
    page_with_file, place, dolores, amina, autumn, get
):
    page_with_file(place(dolores), "first.html", b"words")
    _item, uuid = page_with_file(place(dolores), "second.txt", b"words")

    assert get(amina, autumn, uuid)["Content-Type"] == "text/plain; charset=utf-8"


def test_a_part_of_a_file_can_be_asked_for(page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores))

    response = get(amina, autumn, uuid, Range="bytes=2-4")

    assert (response.status_code, body(response)) == (206, b"pic")
    assert response["Content-Range"] == "bytes 2-4/9"


def test_a_part_that_is_not_there_is_refused(page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores))

    assert get(amina, autumn, uuid, Range="bytes=20-").status_code == 416


def test_a_part_of_an_older_file_is_answered_by_the_whole(page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores))

    assert get(amina, autumn, uuid, Range="bytes=2-4", **{"If-Range": '"older"'}).status_code == 200


def test_what_the_browser_has_is_not_sent_again(page_with_file, place, dolores, amina, autumn, get):
    _item, uuid = page_with_file(place(dolores))
    tag = get(amina, autumn, uuid)["ETag"]

    assert get(amina, autumn, uuid, **{"If-None-Match": tag}).status_code == 304


def test_a_lost_file_is_not_found(page_with_file, place, dolores, amina, autumn, get):
    from django.core.files.storage import default_storage

    _item, uuid = page_with_file(place(dolores), content=b"soon gone")
    default_storage.delete(StoredFile.objects.get().path)

    assert get(amina, autumn, uuid).status_code == 404


def test_strangers_and_other_sessions_get_no_file(
    page_with_file, place, chidi, boris, make_person, autumn, spring, get
):
    _item, uuid = page_with_file(place(chidi, autumn))

    assert get(make_person("stranger"), autumn, uuid).status_code == 404
    assert get(boris, spring, uuid).status_code == 404
    assert get(boris, spring, uuid4()).status_code == 404


def test_an_awkward_name_comes_through(page_with_file, place, dolores, amina, autumn, get):
    name = "Überblick, 100 % – “neu”?#.txt"
    _item, uuid = page_with_file(place(dolores), name, b"words")

    response = get(amina, autumn, uuid, name=name)

    assert "filename*=utf-8''%C3%9Cberblick%2C%20100%20%25" in response["Content-Disposition"]
    assert drafts_in(place(dolores)).count() == 0
