"""The profile, and the picture with all that can be wrong with one."""

import io
import re
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from conftest import PASSWORD
from encore.people import actions
from encore.people.errors import PictureRefused
from encore.people.zones import zones

FACTS = {"first_name": "Amina", "last_name": "Haddad", "phone": "", "language": "", "time_zone": "", "theme": "system"}


def upload(data, name="me.png"):
    return SimpleUploadedFile(name, data)


def picture(kind="PNG", size=(600, 400), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "P" else 3).save(out, kind, **options)
    return out.getvalue()


def png_claiming(width, height):
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# Facts


def test_a_profile_is_saved(client_of, amina):
    answer = client_of(amina).post("/profile/", {**FACTS, "time_zone": "Asia/Kathmandu", "theme": "dark"})

    amina.refresh_from_db()
    assert (answer.url, amina.time_zone, amina.theme) == ("/profile/", "Asia/Kathmandu", "dark")


def test_every_zone_is_there_by_part_of_the_world_and_ones_own_is_chosen(client_of, amina):
    amina.time_zone = "America/Argentina/Buenos_Aires"
    amina.save()

    page = client_of(amina).get("/profile/").content.decode()

    assert '<option value="America/Argentina/Buenos_Aires" selected>Argentina / Buenos Aires</option>' in page
    assert '<optgroup label="Europe"><option value="Europe/Amsterdam">Amsterdam</option>' in page
    assert page.count(" selected>") == 2  # the zone and the language
    assert {f'"{name}"' for name in zones()} <= set(re.findall(r'value=("[^"]*")', page))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"time_zone": "Europe/Atlantis"}, "There is no time zone named Europe/Atlantis"),
        ({"language": "tlh"}, "Select a valid choice"),
        ({"theme": "pink"}, "Select a valid choice"),
        ({"first_name": ""}, "required"),
        ({"last_name": "x" * 101}, "at most 100 characters"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client_of, amina, facts, words):
    answer = client_of(amina).post("/profile/", {**FACTS, "phone": "0123", **facts})

    amina.refresh_from_db()
    assert words in answer.content.decode()
    assert 'value="0123"' in answer.content.decode()
    assert amina.phone == ""


def test_nobody_changes_their_role_or_username_by_their_profile(client_of, amina):
    client_of(amina).post(
        "/profile/", {**FACTS, "username": "root", "is_administrator": "on", "roles": "administrator"}
    )

    amina.refresh_from_db()
    assert (amina.username, amina.roles) == ("amina", frozenset())


def test_a_new_password_needs_the_old_one(client_of, amina):
    client = client_of(amina)
    new = {"new_password1": "grey herons", "new_password2": "grey herons"}

    client.post("/profile/password/", {**new, "old_password": "wrong"})
    amina.refresh_from_db()
    assert amina.check_password(PASSWORD)

    client.post("/profile/password/", {**new, "old_password": PASSWORD})
    amina.refresh_from_db()
    assert amina.check_password("grey herons")
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize(
    ("next_page", "back"), [("/profile/?x=1", "/profile/?x=1"), ("//evil.example/", "/"), ("", "/")]
)
def test_the_theme_is_switched_from_any_page(client_of, amina, next_page, back):
    answer = client_of(amina).post("/profile/theme/", {"theme": "dark", "next": next_page})

    amina.refresh_from_db()
    assert (answer.url, amina.theme) == (back, "dark")


# Picture


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("PNG", "I;16"),
    ],
)
def test_a_picture_becomes_a_small_square(amina, at, kind, mode):
    actions.set_picture(amina, upload(picture(kind, mode=mode) if mode != "I;16" else grey16()), by=amina, at=at)

    with Image.open(amina.picture) as small:
        assert (small.format, small.size) == ("WEBP", (256, 256))


def grey16():
    out = io.BytesIO()
    Image.new("I;16", (300, 300), 9000).save(out, "PNG")
    return out.getvalue()


def test_nothing_but_pixels_is_kept(amina, at):
    exif = Image.Exif()
    exif[0x010E] = "Rue Haute 1, Brussels"

    actions.set_picture(amina, upload(picture("JPEG", exif=exif)), by=amina, at=at)

    amina.picture.open()
    assert b"Brussels" not in amina.picture.read()


def test_a_picture_taken_sideways_stands_upright(amina, at):
    sideways = Image.new("RGB", (400, 400), "black")
    sideways.paste("white", (0, 0, 200, 400))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    sideways.save(out, "JPEG", exif=exif)

    actions.set_picture(amina, upload(out.getvalue()), by=amina, at=at)

    with Image.open(amina.picture) as small:
        assert (small.getpixel((128, 20))[0] > 200, small.getpixel((128, 235))[0] < 50) == (True, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not a PNG, JPEG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a PNG, JPEG or WebP"),
        (picture("GIF"), "not a PNG, JPEG or WebP"),
        (picture("BMP"), "not a PNG, JPEG or WebP"),
        (picture()[:200], "damaged"),
        (picture("JPEG")[:400], "damaged"),
        (png_claiming(60000, 60000), "more than 40 million pixels"),
        (png_claiming(9000, 9000), "more than 40 million pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(client_of, amina, data, words):
    answer = client_of(amina).post("/profile/picture/", {"picture": upload(data)})

    amina.refresh_from_db()
    assert words in answer.content.decode()
    assert not amina.picture


def test_a_form_without_a_file_says_so(client_of, amina):
    assert "Choose a picture first" in client_of(amina).post("/profile/picture/", {}).content.decode()


def test_a_refused_picture_keeps_the_one_before(amina, at):
    actions.set_picture(amina, upload(picture()), by=amina, at=at)
    before = amina.picture.name

    with pytest.raises(PictureRefused):
        actions.set_picture(amina, upload(b"no"), by=amina, at=at)

    amina.refresh_from_db()
    assert amina.picture.name == before


def test_another_picture_replaces_the_file(amina, at, django_capture_on_commit_callbacks):
    actions.set_picture(amina, upload(picture()), by=amina, at=at)
    before, storage = amina.picture.name, amina.picture.storage

    with django_capture_on_commit_callbacks(execute=True):
        actions.set_picture(amina, upload(picture()), by=amina, at=at)

    assert not storage.exists(before)
    assert storage.exists(amina.picture.name)


def test_a_picture_is_removed(client_of, amina, at):
    actions.set_picture(amina, upload(picture()), by=amina, at=at)

    client_of(amina).post("/profile/picture/", {"do": "remove"})

    amina.refresh_from_db()
    assert not amina.picture
    assert client_of(amina).get(f"/people/{amina.uuid}/picture/").status_code == 404


def test_a_picture_is_shown_to_those_signed_in_and_kept_by_their_browser_alone(client, client_of, amina, boris, at):
    actions.set_picture(amina, upload(picture()), by=amina, at=at)

    answer = client_of(boris).get(amina.picture_url)

    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert answer.headers["Cache-Control"].startswith("private")
    assert client.get(amina.picture_url).status_code == 302
