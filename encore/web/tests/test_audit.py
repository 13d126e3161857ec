"""Administration → Audit log: found, told, taken out; and who on the staff reads personal data."""

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

import encore
from encore.base.mentions import Words
from encore.base.personal import Erasure, Subject
from encore.courses.models import Enrolment
from encore.ledger.actions import queue_mail, record
from encore.ledger.erasing import erase_details
from encore.ledger.models import AuditConcern, AuditDetail, AuditEntry
from encore.ledger.origin import Origin, coming_from
from encore.web.audit import Sought, page_of, verbs
from encore.web.audit_words import SENTENCES

LOG = "/administration/audit/"


@pytest.fixture
def log(edna, sara, amina, boris, at):
    """Three entries: whom they concern, by whom."""
    return [
        record("update_person", amina, by=edna, at=at, changes={"phone": ["", "0123"]}),
        record("deactivate_person", boris, by=edna, at=at + timedelta(days=1)),
        record("grant_roles", amina, by=sara, at=at + timedelta(days=2), changes={"roles": [[], ["teacher"]]}),
    ]


def sentences(client, **asked):
    lines = client.get(LOG, asked).context["lines"]
    return [line.sentence for line in lines if line.entry.verb != "read"]


AMINA, BORIS, ROLES = (
    "Edna Larsen changed the details of Amina Haddad",
    "Edna Larsen deactivated Boris Novak",
    "Sara Lindqvist changed the roles of Amina Haddad",
)


def test_the_log_is_told_in_sentences_the_latest_first(log, client_of, edna):
    assert sentences(client_of(edna)) == [ROLES, BORIS, AMINA]


@pytest.mark.parametrize("person", ["sara", "dolores", "henri", "amina"])
def test_only_administrators_read_it(log, person, client_of, request):
    client = client_of(request.getfixturevalue(person))

    assert client.get(LOG).status_code == 403
    assert client.get(reverse("audit_export")).status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "amina"}, [ROLES, AMINA]),
        ({"q": "0123"}, [AMINA]),
        ({"q": "deactivate nóvak"}, [BORIS]),
        ({"q": "nobody"}, []),
        ({"verb": "grant_roles"}, [ROLES]),
        ({"by": "sara"}, [ROLES]),
        ({"about": "amina"}, [ROLES, AMINA]),
        ({"about": "amina", "by": "edna"}, [AMINA]),
        ({"from": "2026-11-25"}, [ROLES, BORIS]),
        ({"until": "2026-11-25"}, [BORIS, AMINA]),
        ({"from": "2026-11-25", "until": "2026-11-25"}, [BORIS]),
        ({"session": "12"}, []),
    ],
)
def test_it_is_searched(asked, found, log, client_of, edna, request):
    asked = {k: request.getfixturevalue(v).pk if k in ("by", "about") else v for k, v in asked.items()}

    assert sentences(client_of(edna), **asked) == found


def test_an_entry_is_found_by_its_number(log, client_of, edna):
    assert sentences(client_of(edna), q=f"#{log[1].pk}") == [BORIS]


def test_a_session_is_found_by_words_of_its_title(make_session, client_of, edna, amina):
    make_session("Spring", learners=[amina])

    assert sentences(client_of(edna), session="spri", verb="enrol") == [
        "Edna Larsen enrolled Amina Haddad in the session “Spring”"
    ]


def test_a_day_begins_where_the_reader_lives(client_of, edna, amina, at):
    record("update_person", amina, by=edna, at=at.replace(hour=23, minute=30))
    edna.time_zone = "Asia/Tokyo"
    edna.save()

    assert sentences(client_of(edna), **{"from": "2026-11-25"}) == [AMINA]
    assert sentences(client_of(edna), until="2026-11-24") == []


def test_a_day_that_cannot_be_read_is_said(log, client_of, edna):
    answer = client_of(edna).get(LOG, {"from": "yesterday"})

    assert "Write a day as year-month-day" in answer.content.decode()


def test_who_really_did_it_is_told_and_found(amina, boris, edna, client_of, at):
    with coming_from(Origin("192.0.2.7", "Firefox on Windows", lambda: edna.pk)):
        record("update_person", boris, by=amina, at=at)

    answer = client_of(edna).get(LOG, {"by": edna.pk, "verb": "update_person"})
    assert [line.sentence for line in answer.context["lines"]] == [
        "Edna Larsen, acting as Amina Haddad, changed the details of Boris Novak"
    ]
    assert "Firefox on Windows, 192.0.2.7" in answer.content.decode()


def test_what_it_was_before_and_after_is_told_in_words(log, client_of, edna):
    line = next(one for one in client_of(edna).get(LOG).context["lines"] if one.entry.pk == log[0].pk)

    assert [(change.label, change.before, change.after) for change in line.changes] == [("Phone", "", "0123")]


def test_an_erased_entry_says_that_it_is_erased(log, boris, edna, client_of, at):
    who = Subject(pk=boris.pk, uuid=str(boris.uuid), username=boris.username, email=boris.email)
    entry = record("erase person", boris, by=edna, at=at, called="Somebody")
    erase_details(Erasure(subject=who, words=Words([("Boris", "Novak")], ["boris"], "X"), entry=entry.pk, at=at))

    page = client_of(edna).get(LOG, {"verb": "deactivate_person"}).content.decode()
    assert "Edna Larsen deactivated an erased name" in page
    assert "were erased with a person" in page
    assert "0123" in client_of(edna).get(LOG, {"verb": "update_person"}).content.decode()


def test_pages_follow_each_other_by_key(amina, edna, client_of, at):
    entries = [record("update_person", amina, by=edna, at=at) for _n in range(120)]
    client, seen, before = client_of(edna), [], ""
    while before is not None:
        context = client.get(LOG, {"verb": "update_person", **({"before": before} if before else {})}).context
        seen += [line.entry.pk for line in context["lines"]]
        before = context["before"]

    assert seen == [entry.pk for entry in reversed(entries)]


def test_the_page_asks_as_much_for_fifty_entries_as_for_three(
    log, amina, edna, client_of, at, django_assert_num_queries
):
    client = client_of(edna)
    for _n in range(2):
        client.get(LOG)  # the first reading in an hour is recorded, and then remembered

    with django_assert_num_queries(7):  # sign-in twice, ids, entries, whom they concern, names, verbs
        client.get(LOG)
    for _n in range(60):
        record("update_person", amina, by=edna, at=at, changes={"owner": [amina.pk, edna.pk]})
    with django_assert_num_queries(7):
        client.get(LOG)


def test_it_is_never_counted(log, edna, client_of, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as queries:
        client_of(edna).get(LOG, {"q": "amina", "by": edna.pk})

    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"].upper()]


def test_verbs_are_found_without_reading_every_entry(log):
    assert verbs() == ["deactivate_person", "grant_roles", "update_person"]


def test_whoever_has_javascript_off_chooses_a_person_from_a_list(log, client_of, edna, amina):
    page = client_of(edna).get(LOG, {"about_q": "amina", "find": "about"}).content.decode()

    assert f'name="about" value="{amina.pk}"' in page


def taken_out(client, **asked):
    answer = client.get(reverse("audit_export"), asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_what_is_filtered_is_taken_out_as_a_file_and_that_is_an_entry(log, client_of, edna):
    rows = taken_out(client_of(edna), verb="update_person")

    assert [(row["Number"], row["Who"], row["Subject"], row["Details"]) for row in rows] == [
        (str(log[0].pk), "Edna Larsen (edna)", "Amina Haddad", '{"phone": ["", "0123"]}')
    ]
    assert AuditEntry.objects.get(verb="export").changes == {"filters": {"verb": "update_person"}}


def test_a_spreadsheet_runs_nothing_of_it(make_person, client_of, edna, at):
    record("update_person", make_person("mallory", "=cmd()"), by=edna, at=at)

    assert taken_out(client_of(edna), verb="update_person")[0]["Subject"].startswith("'=cmd()")


def test_a_file_holds_more_than_a_portion(amina, edna, client_of, at, monkeypatch):
    monkeypatch.setattr("encore.web.audit.PORTION", 10)
    entries = [record("update_person", amina, by=edna, at=at) for _n in range(35)]

    numbers = [int(row["Number"]) for row in taken_out(client_of(edna), verb="update_person")]
    assert numbers == [entry.pk for entry in reversed(entries)]


def test_an_administrator_goes_from_a_person_to_what_the_log_says(client_of, edna, sara, amina):
    address = f'href="{LOG}?about={amina.pk}"'

    assert address in client_of(edna).get(reverse("person", args=[amina.uuid])).content.decode()
    assert address not in client_of(sara).get(reverse("person", args=[amina.uuid])).content.decode()


# Reading --------------------------------------------------------------------------------------------------------------


def readings():
    entries = AuditEntry.objects.filter(verb="read").order_by("pk")
    return [(entry.by.username, entry.subject_kind, entry.subject) for entry in entries]


def test_opening_somebodys_page_is_recorded(client_of, edna, amina):
    client_of(edna).get(reverse("person", args=[amina.uuid]))
    client_of(edna).get(reverse("person", args=[amina.uuid]))

    assert readings() == [("edna", "person", "Amina Haddad")]
    assert AuditConcern.objects.get().person_id == amina.pk


def test_ones_own_page_is_not(client_of, edna):
    client_of(edna).get(reverse("person", args=[edna.uuid]))

    assert readings() == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [("people", "person"), ("mails", "mail"), ("audit", "auditentry")],
)
def test_a_list_is_one_entry_about_the_list(address, kind, client_of, edna, amina, boris):
    client_of(edna).get(reverse(address))

    entry = AuditEntry.objects.get(verb="read")
    assert (entry.subject_kind, entry.subject_id, list(entry.concerns.all())) == (kind, None, [])


def test_a_letter_that_is_read_concerns_whom_it_was_sent_to(client_of, edna, amina, at):
    letter = queue_mail(amina, "news", "1", subject="News", body="…", at=at)
    client_of(edna).get(reverse("mail", args=[letter.pk]))

    assert AuditConcern.objects.get(entry__verb="read").person_id == amina.pk


def test_a_sessions_people_are_read(make_session, make_course, client_of, edna, amina, chidi):
    session = make_session("Spring", [make_course("ETH")], learners=[amina], coaches=[chidi])
    enrolment = Enrolment.objects.get()
    client_of(edna).get(reverse("session_person", args=[session.pk, enrolment.pk]))
    client_of(edna).get(reverse("session_overview", args=[session.pk]))
    client_of(chidi).get(reverse("learners", args=[session.pk, "ETH"]))

    assert [(by, kind) for by, kind, _subject in readings()] == [
        ("edna", "enrolment"),
        ("edna", "coursesession"),
        ("chidi", "sessioncourse"),
    ]
    assert AuditEntry.objects.filter(verb="read", course_session_id=session.pk).count() == 3


def test_taking_people_out_as_a_file_is_recorded_each_time(client_of, edna):
    for _n in range(2):
        list(client_of(edna).get(reverse("export", args=["people", "csv"])).streaming_content)

    assert AuditEntry.objects.filter(verb="export", subject_kind="person").count() == 2


def test_the_histories_of_a_person_and_a_session_leave_readings_to_the_log(client_of, edna, amina, make_session):
    session = make_session("Spring", learners=[amina])
    client = client_of(edna)
    client.get(reverse("person", args=[amina.uuid]))
    client.get(reverse("session_overview", args=[session.pk]))

    assert not client.get(reverse("person", args=[amina.uuid])).context["history"]
    assert "Read" not in [
        line.deed[:4] for line in client.get(reverse("session_overview", args=[session.pk])).context["lines"]
    ]


def test_histories_tell_erased_entries(make_session, client_of, edna, amina, at):
    session = make_session("Spring", learners=[amina])
    who = Subject(pk=amina.pk, uuid=str(amina.uuid), username=amina.username, email=amina.email)
    entry = record("erase person", amina, by=edna, at=at, called="Somebody")
    erase_details(Erasure(subject=who, words=Words([("Amina", "Haddad")], [], "X"), entry=entry.pk, at=at))

    page = client_of(edna).get(reverse("session_history", args=[session.pk]))
    assert "erased with a person" in page.content.decode()
    assert client_of(edna).get(reverse("person", args=[amina.uuid])).status_code == 200
    assert AuditDetail.objects.exclude(erased_by=None).count() == 1


def test_a_query_for_one_page_finds_what_the_next_begins_with(log):
    entries, before = page_of(Sought(), size=2)

    assert [entry.pk for entry in entries] == [log[2].pk, log[1].pk]
    assert before == log[1].pk
    assert page_of(Sought(), before=before, size=2)[0] == [log[0]]


def test_every_verb_that_is_recorded_has_a_sentence():
    assert sorted(verbs_recorded() - SENTENCES.keys()) == []


def verbs_recorded():
    """The verbs that are written out where something is recorded, in all of Encore."""
    found = set()
    for path in Path(encore.__file__).parent.rglob("*.py"):
        if "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "record_many", "note"):
                    found |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
    return {verb for verb in found if isinstance(verb, str)}
