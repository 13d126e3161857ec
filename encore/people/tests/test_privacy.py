"""Erasing a person and copying what there is about them."""

import json
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from encore.courses.models import CourseSession, Enrolment, EnrolmentChange
from encore.ledger.actions import queue_mail
from encore.ledger.models import AuditEntry, Job, Mail
from encore.ledger.worker import Worker
from encore.people.actions import deactivate, reactivate, update_person
from encore.people.actions.privacy import ask_for_copy, ask_to_erase, delete_copies, erase_person
from encore.people.errors import Erased, LastAdministrator, NoPower, NotYourself
from encore.people.models import DataCopy, Person


@pytest.fixture
def media(settings, tmp_path):
    """Files of this test only."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_an_erased_person_is_a_former_participant_without_a_name(amina, edna, at):
    erase_person(amina, by=edna, at=at)

    former = Person.objects.get(pk=amina.pk)
    assert former.name == f"Former participant {amina.pk}"
    assert former.erased_at == at and not former.is_active and not former.has_usable_password()
    assert (former.email, former.official_code, former.phone, former.search_text) == ("", "", "", "")
    assert "amina" not in former.username


def test_records_stay_and_count(amina, edna, make_course, make_session, at):
    session = make_session("Spring", [make_course()], learners=[amina])

    erase_person(amina, by=edna, at=at)

    enrolment = Enrolment.objects.get(session=session)
    assert (enrolment.person_id, enrolment.state) == (amina.pk, "withdrawn")
    assert EnrolmentChange.objects.filter(enrolment=enrolment).exists()


def test_an_enrolment_in_a_session_that_is_over_stays_as_it_was(amina, edna, make_session, at):
    session = make_session("Last year", [], learners=[amina])
    CourseSession.objects.filter(pk=session.pk).update(state="archived")

    erase_person(amina, by=edna, at=at)

    assert Enrolment.objects.get(session=session).state == "active"


def test_a_session_that_is_not_over_gets_another_owner(sara, edna, make_session, at):
    session = make_session("Spring", owner=sara)

    erase_person(sara, by=edna, at=at)

    assert CourseSession.objects.get(pk=session.pk).owner == edna


def test_reasons_about_an_enrolment_are_emptied(amina, edna, make_session, at):
    session = make_session("Spring", [], learners=[amina])
    Enrolment.objects.filter(session=session).update(time_reason="was ill")
    EnrolmentChange.objects.filter(enrolment__session=session).update(reason="moved house")

    erase_person(amina, by=edna, at=at)

    assert Enrolment.objects.get(session=session).time_reason == ""
    assert set(EnrolmentChange.objects.values_list("reason", flat=True)) == {""}


def test_letters_to_the_person_are_deleted_and_others_lose_the_name(amina, boris, edna, at):
    queue_mail(amina, "note", "1", subject="Hello", body="Dear Amina", at=at)
    queue_mail(boris, "note", "1", subject="New", body="Amina Haddad joined.", at=at)

    erase_person(amina, by=edna, at=at)

    assert [mail.body for mail in Mail.objects.all()] == [f"Former participant {amina.pk} joined."]


def test_the_audit_log_tells_of_the_erasure_without_the_name(amina, edna, at):
    update_person(amina, {"first_name": "Amira"}, by=edna, at=at)

    erase_person(amina, by=edna, at=at, reason="Amira Haddad asked for it, as did Amina")

    entry = AuditEntry.objects.get(verb="erase person")
    assert (entry.by, entry.subject_id) == (edna, amina.pk)
    told = " ".join(f"{e.subject} {e.changes}" for e in AuditEntry.objects.all())
    assert "Amira" not in told and "Haddad" not in told


def test_only_administrators_erase_and_never_themselves_or_the_last_one(amina, sara, edna, make_person, at):
    with pytest.raises(NoPower):
        erase_person(amina, by=sara, at=at)
    with pytest.raises(NotYourself):
        erase_person(edna, by=edna, at=at)
    with pytest.raises(LastAdministrator):
        erase_person(edna, by=None, at=at)


def test_an_erased_person_cannot_be_changed_or_reactivated(amina, edna, at):
    erase_person(amina, by=edna, at=at)
    former = Person.objects.get(pk=amina.pk)

    for deed in (lambda: reactivate(former, by=edna, at=at), lambda: deactivate(former, by=edna, at=at)):
        with pytest.raises(Erased):
            deed()
    with pytest.raises(Erased):
        erase_person(former, by=edna, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=amina.pk).update(is_active=True)


def test_login_sessions_end_and_messages_in_others_lose_the_name(amina, boris, edna, client_of, at):
    own, other = client_of(amina), client_of(boris)
    keep = other.session
    keep["note"] = "Amina Haddad is saved."
    keep.save()

    erase_person(amina, by=edna, at=at)

    assert own.get("/profile/").status_code == 302
    assert type(keep)(keep.session_key).load()["note"] == f"Former participant {amina.pk} is saved."


def test_the_worker_erases_whom_it_was_asked_to(amina, edna, at, transactional_db):
    ask_to_erase(amina, by=edna, at=at, reason="asked by letter")
    assert not Person.objects.get(pk=amina.pk).is_active

    Worker(lambda: at, heartbeat=False).drain()

    assert Person.objects.get(pk=amina.pk).erased_at
    assert Job.objects.get(kind="erase person").state == "done"


def test_a_copy_holds_everything_and_names_nobody_else(amina, chidi, edna, media, make_course, make_session, at):
    make_session("Spring", [make_course()], learners=[amina], coaches=[chidi])
    Enrolment.objects.update(time_reason="was ill", time_by=edna)
    amina.picture.save("face.webp", ContentFile(b"pixels"))
    copy = ask_for_copy(amina, by=amina, at=at)

    Worker(lambda: at, heartbeat=False).drain()

    copy.refresh_from_db()
    with copy.file.open("rb") as file, zipfile.ZipFile(BytesIO(file.read())) as archive:
        told = archive.read("data.json").decode()
        page = archive.read("overview.html").decode()
        assert archive.read(f"files/person-{amina.pk}.webp") == b"pixels"
    titles = {section["title"] for section in json.loads(told)["sections"]}
    assert {"Account", "Enrolments", "What was done with the account"} <= titles
    for text in (told, page):
        assert "amina@example.org" in text and "was ill" in text and "Administrator" in text
        assert "Larsen" not in text and "Chidi" not in text and "argon2" not in text


def test_a_copy_is_deleted_after_a_week(amina, media, at):
    copy = ask_for_copy(amina, by=amina, at=at)
    DataCopy.objects.filter(pk=copy.pk).update(file=default_storage.save("copies/a.zip", ContentFile(b"zip")), until=at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("encore.people.actions.privacy.transaction.on_commit", lambda deed: deed())
        assert delete_copies(at) == 1

    assert not default_storage.exists("copies/a.zip")
    assert not DataCopy.objects.exists()


def test_only_oneself_and_administrators_ask_for_a_copy(amina, boris, edna, at):
    ask_for_copy(amina, by=edna, at=at)

    with pytest.raises(NoPower):
        ask_for_copy(amina, by=boris, at=at)


def erase_by_page(client, person, **sent):
    return client.post(f"/administration/people/{person.uuid}/erasure/", {"reason": "asked", **sent})


@pytest.fixture
def ednas(client_of, edna, at):
    """Edna's browser, where she has just shown that it is her."""
    client = client_of(edna)
    session = client.session
    session["confirmed_at"] = int(now().timestamp())
    session.save()
    return client


def test_the_page_says_what_is_lost_and_kept_and_what_others_lose(amina, dolores, ednas, make_course, make_session):
    ethics = make_course(teachers=[dolores])
    make_session("Tutoring Amina Haddad", [ethics], learners=[amina], coaches=[dolores])

    told = ednas.get(f"/administration/people/{amina.uuid}/erasure/").content.decode()
    of_dolores = ednas.get(f"/administration/people/{dolores.uuid}/erasure/").content.decode()

    assert "Enrolments" in told and "Former participant" in told
    assert "1 enrolment in a session that is not over is withdrawn" in told
    assert "Tutoring Amina Haddad" in told  # a text that names her
    assert "has no other teacher" in of_dolores and "loses this coach" in of_dolores


def test_erasing_asks_for_the_username_and_then_does_it(amina, ednas, at):
    assert erase_by_page(ednas, amina, username="boris").status_code == 422
    assert Person.objects.get(pk=amina.pk).is_active

    assert erase_by_page(ednas, amina, username="AMINA").status_code == 302
    assert b"Waiting" in ednas.get(f"/administration/people/{amina.uuid}/erasure/").content
    Worker(lambda: at, heartbeat=False).drain()

    assert b"is erased" in ednas.get(f"/administration/people/{amina.uuid}/erasure/").content
    page = ednas.get(f"/administration/people/{amina.uuid}/").content.decode()
    assert f"Former participant {amina.pk}" in page and "Haddad" not in page
    assert ednas.get(f"/administration/people/{amina.uuid}/edit/").status_code == 403


def test_erasing_asks_first_who_is_there(amina, edna, client_of, settings):
    client = client_of(edna)
    session = client.session
    session["confirmed_at"] = 0
    session.save()

    assert erase_by_page(client, amina, username="amina").status_code == 403
    assert Person.objects.get(pk=amina.pk).is_active


def test_the_pages_are_for_administrators_and_not_about_oneself(amina, sara, edna, ednas, client_of):
    for address in (f"/administration/people/{amina.uuid}/erasure/", f"/administration/people/{amina.uuid}/data/"):
        assert client_of(sara).get(address).status_code == 403
    assert ednas.get(f"/administration/people/{edna.uuid}/erasure/").status_code == 403


def test_lists_do_not_offer_who_is_erased(amina, edna, ednas, at):
    erase_person(amina, by=edna, at=at)

    name = f"Former participant {amina.pk}"
    for state in ("", "deactivated", "all"):
        assert name not in ednas.get("/administration/people/", {"state": state}).content.decode()
    assert str(amina.uuid) in ednas.get("/administration/people/", {"state": "erased"}).content.decode()
    assert ednas.get("/people/find/", {"q": "former"}).json()["results"] == []


def test_one_downloads_the_own_copy_and_nobody_elses(amina, boris, edna, client_of, media, at):
    aminas = client_of(amina)
    session = aminas.session
    session["confirmed_at"] = int(now().timestamp())
    session.save()
    aminas.post("/profile/data/")
    Worker(lambda: at, heartbeat=False).drain()
    copy = DataCopy.objects.get()

    answer = aminas.get(f"/profile/data/{copy.uuid}/")

    assert answer["Content-Disposition"].startswith('attachment; filename="amina-')
    assert AuditEntry.objects.filter(verb="download personal data", by=amina).count() == 1
    other = client_of(edna)
    session = other.session
    session["confirmed_at"] = int(now().timestamp())
    session.save()
    assert other.get(f"/administration/people/{amina.uuid}/data/{copy.uuid}/").status_code == 404
    assert other.get(f"/profile/data/{copy.uuid}/").status_code == 404


def test_the_command_writes_a_copy_that_only_its_owner_reads(amina, tmp_path):
    call_command("privacy", "export", "Amina", "--to", str(tmp_path / "amina.zip"))

    assert (tmp_path / "amina.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "amina.zip") as archive:
        assert "amina@example.org" in archive.read("data.json").decode()
    with pytest.raises(CommandError, match="File exists"):
        call_command("privacy", "export", "amina", "--to", str(tmp_path / "amina.zip"))


def test_the_command_erases_only_when_somebody_says_yes(amina):
    with pytest.raises(CommandError, match="say --yes"):
        call_command("privacy", "erase", "amina")

    call_command("privacy", "erase", "amina", "--yes", "--reason", "asked by letter")

    assert Person.objects.get(pk=amina.pk).erased_at
    with pytest.raises(CommandError, match="Nobody has the username"):
        call_command("privacy", "erase", "amina", "--yes")
