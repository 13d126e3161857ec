"""The audit log: what is recorded, that it is only added to, and that whatever gets past that is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encore.base.mentions import Words
from encore.base.personal import Erasure, Subject
from encore.ledger import guard
from encore.ledger.actions import record, record_many, record_reading, start_job
from encore.ledger.audit import AuditConcern, AuditDetail, AuditEntry, AuditSeal, OnlyAddedTo
from encore.ledger.chain import ERASE, canonical, digest_of
from encore.ledger.erasing import erase_details
from encore.ledger.middleware import OriginMiddleware
from encore.ledger.origin import Origin, coming_from
from encore.ledger.sealing import seal_waiting
from encore.ledger.verifying import Fault, Findings, verify

LATER = timedelta(hours=2)
PARTS = (AuditEntry, AuditDetail, AuditConcern, AuditSeal)


def faults(noted: tuple[int, str] | None = None, at: datetime | None = None) -> list[Fault]:
    return list(verify(at or datetime.now(UTC), Findings(), noted=noted))


def rows(model: type[models.Model]) -> models.QuerySet[Any]:
    """As somebody with a shell sees them: what refuses to change rows stands in between no longer."""
    return models.QuerySet(model)


@contextmanager
def tampering() -> Iterator[None]:
    """By somebody who owns the database. Taken back afterwards."""
    with transaction.atomic():
        guard.lift(connection)
        yield
        transaction.set_rollback(True)


def delete(model: type[models.Model], pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} = %s", [pk])


@pytest.fixture
def log(edna, amina, boris, at) -> list[AuditEntry]:
    """Four entries with their seals."""
    entries = [
        record("grant_roles", amina, by=edna, at=at, changes={"roles": [[], ["teacher"]], "weight": [0.5, 1e22]}),
        record("enrol", boris, by=edna, at=at, session_id=7, changes={"people": [amina.pk, boris.pk]}),
        record("order", AuditEntry, by=None, at=at),
        record("deactivate_person", boris, by=edna, at=at, changes={"is_active": [True, False]}),
    ]
    seal_waiting(at)
    return entries


def erase(person: Any, by: Any, at: datetime) -> int:
    who = Subject(pk=person.pk, uuid=str(person.uuid), username=person.username, email=person.email)
    words = Words([(person.first_name, person.last_name)], [person.username, person.email], "Somebody")
    entry = record("erase person", person, by=by, at=at, called="Somebody")
    return erase_details(Erasure(subject=who, words=words, entry=entry.pk, at=at))


# What is recorded -----------------------------------------------------------------------------------------------------


def test_an_entry_holds_ids_and_a_digest_and_its_details_the_words(amina, edna, at):
    entry = record("update_person", amina, by=edna, at=at, changes={"phone": ["", "123"]})

    entry = AuditEntry.objects.get(pk=entry.pk)
    assert "Amina" not in json.dumps([str(value) for value in rows(AuditEntry).values_list()[0]])
    assert (entry.subject, entry.changes) == ("Amina Haddad", {"phone": ["", "123"]})
    assert entry.digest == digest_of(entry.detail.salt, entry.detail.told())
    assert entry.detail.search_text == "amina haddad 123"


def test_whom_it_concerns_is_told_by_the_subject_and_by_the_changes(amina, boris, chidi, edna, at):
    one = record("change coaches", amina, by=edna, at=at, changes={"added": [boris.pk], "owner": [None, chidi.pk]})
    other = record("create", AuditEntry, by=edna, at=at, people=[amina.pk])

    assert {c.person_id for c in one.concerns.all()} == {amina.pk, boris.pk, chidi.pk}
    assert [c.person_id for c in other.concerns.all()] == [amina.pk]


def test_thirty_are_recorded_in_as_many_queries_as_three(make_person, edna, at, django_assert_num_queries):
    people = [make_person(f"person{n}") for n in range(30)]

    for some in (people[:3], people):
        with django_assert_num_queries(3):
            record_many("invite_person", some, by=edna, at=at)


def test_what_a_request_does_tells_from_where_it_came_and_who_really_acted(amina, edna, at, settings):
    settings.BEHIND_PROXY = True
    request = RequestFactory().get(
        "/",
        headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "X-Forwarded-For": "6.6.6.6, 192.0.2.7"},
    )

    def view(request: Any) -> AuditEntry:
        request.acting = edna  # known only after the middleware was entered
        return record("hand in", amina, by=amina, at=at)

    entry = OriginMiddleware(view)(request)  # type: ignore[arg-type]

    assert (entry.by, entry.acting) == (amina, edna)
    assert (entry.detail.address, entry.detail.device) == ("192.0.2.7", "Firefox on Windows")


def test_without_a_request_nobody_acts_and_it_comes_from_nowhere(amina, edna, at):
    entry = record("hand in", amina, by=edna, at=at)

    assert (entry.acting, entry.detail.address, entry.detail.device) == (None, "", "")


def test_what_an_administrator_does_in_person_has_nobody_behind_it(amina, edna, at):
    with coming_from(Origin(acting=lambda: edna.pk)):
        assert record("hand in", amina, by=edna, at=at).acting_id is None
        assert start_job("apply plan", {}, by=amina, at=at).acting == edna


def test_reading_is_recorded_once_an_hour_for_a_reader_and_a_subject(amina, boris, edna, chidi, at):
    assert record_reading(amina, by=edna, at=at)
    assert record_reading(amina, by=edna, at=at + timedelta(minutes=59)) is None
    assert record_reading(amina, by=chidi, at=at)
    assert record_reading(boris, by=edna, at=at)
    assert record_reading(amina, by=edna, at=at, session_id=3)
    assert record_reading(amina, by=edna, at=at + timedelta(minutes=60))


def test_reading_what_is_ones_own_is_nobodys_business(edna, at):
    assert record_reading(edna, by=edna, at=at) is None


def test_reading_again_is_one_query_and_then_none(amina, edna, at, django_assert_num_queries):
    record_reading(amina, by=edna, at=at)

    for queries in (1, 0):
        with django_assert_num_queries(queries):
            assert record_reading(amina, by=edna, at=at) is None


def test_what_was_rolled_back_is_not_remembered(amina, edna, at):
    with transaction.atomic():
        record_reading(amina, by=edna, at=at)
        transaction.set_rollback(True)

    assert record_reading(amina, by=edna, at=at)


def test_a_reading_while_acting_is_another_than_in_person(amina, boris, edna, at):
    record_reading(amina, by=boris, at=at)

    with coming_from(Origin(acting=lambda: edna.pk)):
        assert record_reading(amina, by=boris, at=at)


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES, max_size=5))
def test_the_canonical_form_is_the_same_after_a_database_stored_it(value):
    stored = json.loads(json.dumps(value))

    assert canonical(stored) == canonical(value)


@pytest.mark.parametrize("value", [1e22, 1.5, -0.0, 2**70, 1e300, 0.1, 3.0, "1.0", True])
def test_numbers_have_the_same_form_in_every_database(value, amina, edna, at):
    entry = record("change", amina, by=edna, at=at, changes={"value": value})

    detail = AuditDetail.objects.get(pk=entry.pk)
    assert digest_of(detail.salt, detail.told()) == entry.digest


# Only added to --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", PARTS)
def test_rows_refuse_to_be_changed_or_deleted(model, log):
    row = model.objects.first()

    for deed in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(pk=1)):
        with pytest.raises(OnlyAddedTo):
            deed()
    with pytest.raises(OnlyAddedTo):
        model.objects.bulk_update([row], ["pk"])
    with pytest.raises(OnlyAddedTo):
        model.objects.bulk_create([row], ignore_conflicts=True)


@pytest.mark.parametrize("model", PARTS)
def test_the_database_itself_refuses_too(model, log):
    row = model.objects.order_by("pk").first()
    column = [field for field in model._meta.concrete_fields if not field.primary_key][0]

    for deed in (
        lambda: rows(model).filter(pk=row.pk).update(**{column.attname: getattr(row, column.attname)}),
        lambda: delete(model, row.pk),
    ):
        with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
            deed()


def test_details_are_emptied_whole_or_not_at_all(log):
    by = log[0]
    for values in ({"subject": ""}, {"erased_by": by}, {"erased_by": by, "salt": "", "subject": "", "changes": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows(AuditDetail).filter(pk=log[1].pk).update(**values)


def test_a_trigger_that_is_gone_is_told_and_put_up_again(log):
    guard.lift(connection)
    assert {fault.kind for fault in faults()} == {"guard"}

    guard.put(connection)
    assert faults() == []


# Sealing --------------------------------------------------------------------------------------------------------------


def test_each_entry_is_sealed_once_in_its_order(log, edna, at):
    record("sign in", edna, by=edna, at=at)

    assert seal_waiting(at) == 1
    assert seal_waiting(at) == 0
    assert [seal.entry_id for seal in AuditSeal.objects.all()] == [
        entry.pk for entry in AuditEntry.objects.order_by("pk")
    ]
    assert [seal.number for seal in AuditSeal.objects.all()] == [1, 2, 3, 4, 5]


def test_an_entry_that_is_committed_later_than_a_younger_one_is_sealed_after_it(log, edna, at):
    late = AuditEntry(pk=log[-1].pk + 1, at=at, verb="late", subject_kind="x", digest="")
    record_after = AuditEntry.objects.create(pk=log[-1].pk + 2, at=at, verb="early", subject_kind="x", digest="")
    seal_waiting(at)
    late.save()
    seal_waiting(at + timedelta(hours=23))

    assert list(AuditSeal.objects.filter(number__gt=4).values_list("entry", flat=True)) == [record_after.pk, late.pk]


def test_what_has_waited_for_more_than_a_day_is_sealed_on_demand(log, edna, at):
    AuditEntry.objects.create(pk=log[-1].pk + 2, at=at, verb="early", subject_kind="x", digest="")
    seal_waiting(at)
    AuditEntry.objects.create(pk=log[-1].pk + 1, at=at, verb="very late", subject_kind="x", digest="")

    assert seal_waiting(at + timedelta(days=2)) == 0
    assert seal_waiting(at + timedelta(days=2), all_of_them=True) == 1


# Verifying ------------------------------------------------------------------------------------------------------------


def test_a_log_that_nobody_touched_has_no_faults(log, at):
    findings = Findings()

    assert list(verify(at, findings)) == []
    assert (findings.entries, findings.waiting) == (4, 0)
    assert findings.head == str(AuditSeal.objects.get(number=4))


def other(field: models.Field, value: Any) -> Any:
    """Another value that fits the field."""
    if isinstance(field, models.DateTimeField):
        return value + timedelta(microseconds=1)
    elif isinstance(field, models.JSONField):
        return {**value, "more": 1}
    elif isinstance(field, models.CharField | models.TextField):
        return f"{value[:-1]}!"
    elif field.null and value is not None:
        return None
    elif field.related_model is get_user_model():
        return get_user_model().objects.exclude(pk=value).order_by("pk").values_list("pk", flat=True)[0]
    elif field.related_model is AuditEntry:
        return AuditEntry.objects.order_by("pk").values_list("pk", flat=True)[2]
    else:
        return (value or 0) + 1000


FIELDS = [
    (model, field.attname)
    for model in PARTS
    for field in model._meta.concrete_fields
    if (model, field.attname) != (AuditConcern, "id")  # a number without a meaning
]


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_any_field_that_is_altered_is_noticed(model, name, log, boris, edna, at):
    field = next(field for field in model._meta.concrete_fields if field.attname == name)
    pks = list(rows(model).order_by("pk").values_list("pk", flat=True))
    noticed = []
    for pk in pks:
        with tampering():
            value = rows(model).filter(pk=pk).values_list(name, flat=True)[0]
            if field.unique and field.related_model is AuditEntry:
                with connection.cursor() as cursor:  # another entry has that place: they change places
                    swap(cursor, model, field, value, other(field, value))
            else:
                rows(model).filter(pk=pk).update(**{name: other(field, value)})
            noticed.append(
                value == other(field, value) or bool([f for f in faults() if f.kind in ("altered", "missing")])
            )

    assert noticed == [True] * len(pks)


def swap(cursor: Any, model: type[models.Model], field: models.Field, one: int, two: int) -> None:
    table, column = model._meta.db_table, field.column
    for before, after in ((one, -1), (two, one), (-1, two)):
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [after, before])


@pytest.mark.parametrize("model", PARTS)
def test_any_row_that_is_removed_is_noticed(model, log):
    pks = list(rows(model).order_by("pk").values_list("pk", flat=True))
    last = AuditSeal.objects.get(number=4)
    noticed = []
    for pk in pks:
        with tampering():
            delete(model, pk)
            noticed.append(bool([f for f in faults((last.number, last.hash)) if f.kind != "guard"]))

    assert noticed == [True] * len(pks)


def test_the_tail_that_is_cut_off_is_noticed_by_the_head_alone(log):
    last = AuditSeal.objects.get(number=4)
    with tampering():
        delete(AuditSeal, last.number)
        for pk in last.entry.concerns.values_list("pk", flat=True):
            delete(AuditConcern, pk)
        delete(AuditDetail, last.entry_id)
        delete(AuditEntry, last.entry_id)

        assert [f.kind for f in faults() if f.kind != "guard"] == []
        assert [f.kind for f in faults((last.number, last.hash)) if f.kind != "guard"] == ["head"]


def test_a_chain_that_was_made_anew_is_noticed_by_the_head_alone(log, at):
    head = AuditSeal.objects.get(number=4)
    with tampering():
        rows(AuditEntry).filter(pk=log[0].pk).update(verb="nothing")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_auditseal")
        seal_waiting(at)

        assert [f.kind for f in faults() if f.kind != "guard"] == []
        assert [f.kind for f in faults((head.number, head.hash)) if f.kind != "guard"] == ["head"]


def test_faults_name_the_entry(log):
    with tampering():
        rows(AuditEntry).filter(pk=log[1].pk).update(verb="nothing")

        assert [str(f) for f in faults() if f.kind != "guard"] == [
            f"ALTERED   Entry {log[1].pk} or its seal 2: they do not fit each other."
        ]


def test_an_entry_may_wait_a_little_for_its_seal(log, edna, at):
    entry = record("sign in", edna, by=edna, at=at)
    written = AuditEntry.objects.get(pk=entry.pk).written_at

    assert faults(at=written + timedelta(minutes=14)) == []
    assert [f.kind for f in faults(at=written + timedelta(minutes=16))] == ["unsealed"]


def test_the_details_of_what_is_not_yet_sealed_are_looked_at_too(log, edna, at):
    entry = record("sign in", edna, by=edna, at=at)
    with tampering():
        rows(AuditDetail).filter(pk=entry.pk).update(address="192.0.2.1")

        assert [f.kind for f in faults() if f.kind != "guard"] == ["altered"]


# Erasing --------------------------------------------------------------------------------------------------------------


def test_erasing_takes_the_words_and_leaves_the_chain(log, boris, edna, at):
    assert erase(boris, edna, at) == 2
    seal_waiting(at)

    findings = Findings()
    assert list(verify(at, findings)) == []
    assert findings.erased == 2
    assert not AuditDetail.objects.filter(subject__contains="Boris").exists()
    assert not AuditDetail.objects.filter(search_text__contains="boris").exists()
    assert AuditEntry.objects.get(pk=log[0].pk).subject == "Amina Haddad"


def test_erasing_finds_who_did_it_and_who_is_only_named(amina, boris, edna, at):
    by_name = record("create", AuditEntry, by=edna, at=at, changes={"title": "For Boris Novak"})
    by_key = record("hand in", amina, by=boris, at=at)
    with coming_from(Origin(acting=lambda: boris.pk)):
        as_other = record("hand in", amina, by=amina, at=at)
    kept = record("hand in", amina, by=amina, at=at)

    erase(boris, edna, at)

    erased = AuditDetail.objects.exclude(erased_by=None).values_list("pk", flat=True)
    assert set(erased) == {by_name.pk, by_key.pk, as_other.pk}
    assert AuditEntry.objects.get(pk=kept.pk).subject == "Amina Haddad"


def test_an_erasure_is_an_entry_that_outlives_the_erasure_of_who_did_it(log, boris, edna, dolores, at):
    erase(boris, edna, at)
    erase(edna, dolores, at)
    seal_waiting(at)

    assert faults() == []
    assert AuditEntry.objects.filter(verb=ERASE).count() == 2
    assert not AuditDetail.objects.filter(entry__verb=ERASE).exclude(address="").exists()


def test_details_that_somebody_emptied_by_hand_are_no_erasure(log, boris, edna, at):
    erase(boris, edna, at)
    erasure = AuditEntry.objects.get(verb=ERASE)
    with tampering():
        nothing = {"salt": "", "subject": "", "changes": {}, "address": "", "device": "", "search_text": ""}
        rows(AuditDetail).filter(pk=log[0].pk).update(erased_by=erasure, **nothing)

        assert [str(f) for f in faults() if f.kind != "guard"] == [
            f"ALTERED   The details of entry {log[0].pk} are gone, and no erasure of a person says so."
        ]


def test_words_put_into_erased_details_are_noticed(log, boris, edna, at):
    erase(boris, edna, at)
    with tampering():
        rows(AuditDetail).filter(pk=log[3].pk).update(subject="Amina Haddad")

        assert [f.kind for f in faults() if f.kind != "guard"] == ["altered"]


# The command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def audit() -> Callable[..., tuple[int, str]]:
    """audit("verify") → (exit code, what it said)."""

    def run(*words: str) -> tuple[int, str]:
        out, code = StringIO(), 0
        try:
            call_command("audit", *words, stdout=out)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, out.getvalue()

    return run


def test_the_command_tells_that_nothing_is_wrong(log, audit):
    code, said = audit("verify")

    assert code == 0
    assert "4 entries, 0 of them with erased details, 0 waiting for their seal. Nothing is altered or missing." in said
    assert f"Head: {AuditSeal.objects.get(number=4)}" in said


def test_the_command_tells_each_fault_and_ends_with_one(log, audit):
    with tampering():
        rows(AuditDetail).filter(pk=log[0].pk).update(subject="Nobody")
        code, said = audit("verify")

    assert code == 1
    assert f"The details of entry {log[0].pk}: they are not what its digest was made of." in said


def test_a_head_that_was_noted_is_compared(log, audit):
    head = str(AuditSeal.objects.get(number=3))

    assert audit("verify", "--head", head)[0] == 0
    assert audit("verify", "--head", f"3:{'0' * 64}")[0] == 1


def test_the_command_seals_at_once(edna, at, audit):
    record("sign in", edna, by=edna, at=at)

    assert audit("seal")[1].startswith("1 entries sealed.")
    assert audit("head")[1] == f"Head: {AuditSeal.objects.get()}\n"
