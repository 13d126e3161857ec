"""Classes: who joins, who leaves, who is told."""

import pytest

from encore.ledger.models import AuditEntry
from encore.people.actions import create_class, delete_class, join_class, join_classes, leave_class, update_class
from encore.people.errors import ClassInUse, ClassNameTaken, ClassUsedElsewhere, NoPower
from encore.people.models import ClassMember, SchoolClass
from encore.people.signals import ClassUse, class_joined, class_left, class_uses


@pytest.fixture
def nurses(edna, at) -> SchoolClass:
    return create_class("Nurses 2026", by=edna, at=at)


@pytest.fixture
def heard():
    """What joining and leaving told."""
    told = []

    def listen(sender, *, signal, school_class, people, by, at, **kwargs):
        told.append(("joined" if signal is class_joined else "left", school_class.name, people))

    class_joined.connect(listen)
    class_left.connect(listen)
    yield told
    class_joined.disconnect(listen)
    class_left.disconnect(listen)


@pytest.fixture
def used():
    """Make a class used: used(school_class, may_change)."""
    uses = []

    def answer(sender, *, school_classes, by, **kwargs):
        return [use for use in uses if use.school_class in school_classes]

    class_uses.connect(answer)
    yield lambda c, may_change: uses.append(ClassUse(c.pk, "Induction", "/", may_change))
    class_uses.disconnect(answer)


def test_joining_tells_only_of_those_who_were_not_in_the_class(nurses, amina, boris, edna, at, heard):
    join_class(nurses, [amina], by=edna, at=at)
    heard.clear()

    joined = join_class(nurses, [amina, boris, boris], by=edna, at=at)

    assert joined == [boris.pk]
    assert heard == [("joined", "Nurses 2026", [boris.pk])]


def test_joining_again_changes_and_records_nothing(nurses, amina, edna, at, heard):
    join_class(nurses, [amina], by=edna, at=at)
    heard.clear()

    assert join_class(nurses, [amina], by=edna, at=at) == []
    assert heard == []
    assert AuditEntry.objects.filter(verb="join_class").count() == 1


def test_leaving_tells_only_of_those_who_were_in_the_class(nurses, amina, boris, edna, at, heard):
    join_class(nurses, [amina], by=edna, at=at)
    heard.clear()

    left = leave_class(nurses, [amina, boris], by=edna, at=at)

    assert left == [amina.pk]
    assert heard == [("left", "Nurses 2026", [amina.pk])]
    assert not ClassMember.objects.exists()


def test_joining_asks_as_many_queries_for_thirty_people_as_for_three(
    nurses, make_person, edna, at, django_assert_num_queries
):
    people = [make_person(f"learner{n}") for n in range(33)]

    for some in (people[:3], people[3:]):
        with django_assert_num_queries(9):
            join_classes(((nurses, person) for person in some), by=edna, at=at)


def test_a_class_is_renamed_and_the_change_recorded(nurses, edna, at):
    update_class(nurses, "Nurses  2027", by=edna, at=at)

    assert SchoolClass.objects.get().name == "Nurses 2027"
    assert AuditEntry.objects.get(verb="update_class").changes == {"name": ["Nurses 2026", "Nurses 2027"]}


def test_two_classes_cannot_have_the_same_name(nurses, edna, at):
    with pytest.raises(ClassNameTaken):
        create_class("NURSES 2026", by=edna, at=at)


def test_a_class_is_deleted_and_its_people_stay(nurses, amina, edna, at):
    join_class(nurses, [amina], by=edna, at=at)

    delete_class(nurses, by=edna, at=at)

    amina.refresh_from_db()
    assert not SchoolClass.objects.exists()


def test_a_class_in_use_is_not_deleted(nurses, edna, at, used):
    used(nurses, True)

    with pytest.raises(ClassInUse):
        delete_class(nurses, by=edna, at=at)
    assert SchoolClass.objects.exists()


def test_a_learner_changes_no_class(nurses, amina, at):
    with pytest.raises(NoPower):
        join_class(nurses, [amina], by=amina, at=at)


def test_a_session_administrator_fills_a_class_of_their_own_sessions(nurses, amina, sara, at, used):
    used(nurses, True)

    assert join_class(nurses, [amina], by=sara, at=at) == [amina.pk]


@pytest.mark.parametrize("verb", [join_class, leave_class])
def test_a_session_administrator_does_not_change_a_class_of_others_sessions(nurses, amina, sara, at, used, verb):
    used(nurses, False)

    with pytest.raises(ClassUsedElsewhere):
        verb(nurses, [amina], by=sara, at=at)
