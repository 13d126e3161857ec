"""Accounts: creating, editing, closing, inviting."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password

from encore.ledger.models import AuditEntry, Mail
from encore.people import actions
from encore.people.actions import NewPerson
from encore.people.errors import (
    EmailRefused,
    EmailTaken,
    LastAdministrator,
    NameMissing,
    NoEmail,
    NoPower,
    NoPowerToGrant,
    NotActive,
    NotYourself,
    TooLong,
    UnknownLanguage,
    UnknownZone,
    UsernameRefused,
    UsernameTaken,
)
from encore.people.models import Person
from encore.people.signals import place_powers
from encore.people.words import Permission, Role

FACTS = {"username": "farah", "first_name": "Farah", "last_name": "Aziz", "email": "farah@example.org"}


def entry(verb):
    return AuditEntry.objects.get(verb=verb)


# Creating


def test_a_person_is_created_with_roles_and_recorded(edna, at):
    farah = actions.create_person(FACTS, roles=[Role.TEACHER], by=edna, at=at)

    farah.refresh_from_db()
    assert (farah.name, farah.roles, farah.created_at) == ("Farah Aziz", {Role.TEACHER}, at)
    assert (entry("create_person").by, entry("create_person").changes) == (edna, {"roles": [[], ["teacher"]]})


def test_a_person_created_without_a_password_cannot_sign_in_with_any(edna, at):
    farah = actions.create_person(FACTS, by=edna, at=at)

    assert not farah.has_usable_password()


def test_a_created_person_is_found_by_search(edna, at):
    actions.create_person({**FACTS, "last_name": "Żółkiewska"}, by=edna, at=at)

    assert Person.objects.get(username="farah").search_text.startswith("farah zolkiewska")


def test_thirty_people_are_created_in_as_many_queries_as_three(edna, at, django_assert_num_queries):
    for first, last in ((0, 3), (3, 33)):
        new = [
            NewPerson(facts={"username": f"p{n}", "first_name": "P", "last_name": str(n)}, password=make_password("x"))
            for n in range(first, last)
        ]
        with django_assert_num_queries(6):
            actions.create_people(new, by=edna, at=at)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"username": "AMINA"}, UsernameTaken),
        ({"email": "Amina@Example.org"}, EmailTaken),
        ({"username": "two words"}, UsernameRefused),
        ({"username": ""}, UsernameRefused),
        ({"username": "x" * 101}, TooLong),
        ({"email": "nowhere"}, EmailRefused),
        ({"last_name": " "}, NameMissing),
        ({"first_name": "nul\0"}, TooLong),
        ({"time_zone": "Europe/Bruxelles"}, UnknownZone),
        ({"time_zone": "../../etc/passwd"}, UnknownZone),
        ({"language": "tlh"}, UnknownLanguage),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(amina, edna, at, facts, error):
    with pytest.raises(error):
        actions.create_person({**FACTS, **facts}, by=edna, at=at)
    assert not Person.objects.filter(first_name="Farah").exists()


def test_several_people_without_an_address_can_be_there(edna, at):
    for name in ("one", "two"):
        actions.create_person({**FACTS, "username": name, "email": ""}, by=edna, at=at)

    assert Person.objects.filter(email="").count() == 2


def test_the_address_of_a_deactivated_account_is_free(amina, edna, at):
    actions.deactivate(amina, by=edna, at=at)

    assert actions.create_person({**FACTS, "email": amina.email}, by=edna, at=at).pk


# Editing


def test_only_what_changed_is_recorded(amina, edna, at):
    changes = actions.update_person(amina, {"first_name": "Amina", "last_name": "Haddad-Roy"}, by=edna, at=at)

    assert changes == {"last_name": ["Haddad", "Haddad-Roy"]}
    assert entry("update_person").changes == changes


def test_saving_without_a_change_records_nothing(amina, edna, at):
    actions.update_person(amina, {"first_name": "Amina"}, by=edna, at=at)

    assert not AuditEntry.objects.exists()


def test_a_refused_role_keeps_the_other_changes_out_too(amina, sara, at):
    with pytest.raises(NoPowerToGrant):
        actions.update_person(amina, {"last_name": "New"}, roles=[Role.ADMINISTRATOR], by=sara, at=at)

    amina.refresh_from_db()
    assert (amina.last_name, amina.roles) == ("Haddad", frozenset())


def test_a_refused_name_keeps_the_role_out_too(amina, boris, edna, at):
    with pytest.raises(UsernameTaken):
        actions.update_person(amina, {"username": "Boris"}, roles=[Role.TEACHER], by=edna, at=at)

    amina.refresh_from_db()
    assert amina.roles == frozenset()


def test_many_people_are_changed_in_as_many_queries_as_one(make_person, edna, at, django_assert_num_queries):
    people = [make_person(f"p{n}") for n in range(31)]

    for some in (people[:1], people[1:]):
        with django_assert_num_queries(6):
            actions.update_people([(person, {"phone": "123"}) for person in some], by=edna, at=at)


def test_people_change_their_profile_but_never_their_username(amina, at):
    actions.update_profile(amina, {"theme": "dark", "username": "root"}, at=at)

    amina.refresh_from_db()
    assert (amina.theme, amina.username) == ("dark", "amina")


def test_somebody_gets_several_roles_and_keeps_one(chidi, edna, at):
    actions.grant_roles(chidi, [Role.TEACHER, Role.HR_MANAGER], by=edna, at=at)

    given, taken = actions.grant_roles(chidi, [Role.TEACHER], by=edna, at=at)

    chidi.refresh_from_db()
    assert (given, taken, chidi.roles) == (frozenset(), {Role.HR_MANAGER}, {Role.TEACHER})


# Closing and opening


def test_deactivating_keeps_the_account_and_is_undone(amina, edna, at):
    actions.deactivate(amina, by=edna, at=at)
    amina.refresh_from_db()
    assert not amina.is_active

    actions.reactivate(amina, by=edna, at=at)
    amina.refresh_from_db()
    assert amina.is_active


def test_nobody_is_reactivated_into_an_address_that_is_taken(amina, make_person, edna, at):
    actions.deactivate(amina, by=edna, at=at)
    make_person("other", email="AMINA@example.org")

    with pytest.raises(EmailTaken):
        actions.reactivate(amina, by=edna, at=at)


def test_nobody_deactivates_themselves(edna, make_person, at):
    make_person("eve", "Eve", "Two", Role.ADMINISTRATOR)

    with pytest.raises(NotYourself):
        actions.deactivate(edna, by=edna, at=at)


def test_the_last_administrator_stays_one(edna, at):
    with pytest.raises(LastAdministrator):
        actions.grant_roles(edna, [], by=edna, at=at)
    with pytest.raises(LastAdministrator):
        actions.deactivate(edna, by=None, at=at)


def test_a_deactivated_administrator_does_not_count_as_one(edna, make_person, at):
    make_person("eve", "Eve", "Two", Role.ADMINISTRATOR, is_active=False)

    with pytest.raises(LastAdministrator):
        actions.grant_roles(edna, [], by=edna, at=at)


# Letters


def test_an_invitation_has_a_link_from_the_platforms_own_address(amina, edna, at, settings):
    settings.BASE_URL = "https://learn.example.org/"

    mail = actions.invite(amina, by=edna, at=at)

    assert mail.to == "amina@example.org"
    assert "https://learn.example.org/password/set/" in mail.body
    assert "Hello Amina Haddad," in mail.body
    assert entry("invite_person").changes == {"to": "amina@example.org"}


def test_an_invitation_pressed_twice_is_sent_once(amina, edna, at):
    actions.invite(amina, by=edna, at=at)

    assert actions.invite(amina, by=edna, at=at + timedelta(seconds=5)) is None
    assert actions.invite(amina, by=edna, at=at + timedelta(minutes=2)) is not None


def test_an_invitation_needs_an_address_and_an_active_account(make_person, edna, at):
    with pytest.raises(NoEmail):
        actions.invite(make_person("mute", email=""), by=edna, at=at)
    with pytest.raises(NotActive):
        actions.invite(make_person("gone", is_active=False), by=edna, at=at)


def test_thirty_people_are_invited_in_as_many_queries_as_three(make_person, edna, at, django_assert_num_queries):
    people = [make_person(f"p{n}") for n in range(33)]

    for some in (people[:3], people[3:]):
        with django_assert_num_queries(6):
            assert actions.invite_many(some, by=edna, at=at) == len(some)
    assert Mail.objects.count() == 33


def test_three_resets_an_hour_are_enough(amina, at):
    for minutes in (0, 1, 2):
        assert actions.send_password_reset(amina, by=amina, at=at + timedelta(minutes=minutes))

    assert actions.send_password_reset(amina, by=amina, at=at + timedelta(minutes=59)) is None
    assert actions.send_password_reset(amina, by=amina, at=at + timedelta(minutes=61)) is not None


# Power over people, through every action


VERBS = {
    "update": lambda subject, by, at: actions.update_person(subject, {"phone": "1"}, by=by, at=at),
    "update_many": lambda subject, by, at: actions.update_people([(subject, {"phone": "1"})], by=by, at=at),
    "grant": lambda subject, by, at: actions.grant_roles(subject, subject.roles, by=by, at=at),
    "deactivate": lambda subject, by, at: actions.deactivate(subject, by=by, at=at),
    "reactivate": lambda subject, by, at: actions.reactivate(subject, by=by, at=at),
    "invite": lambda subject, by, at: actions.invite(subject, by=by, at=at),
    "invite_many": lambda subject, by, at: actions.invite_many([subject], by=by, at=at),
    "reset": lambda subject, by, at: actions.send_password_reset(subject, by=by, at=at),
    "set_password": lambda subject, by, at: actions.set_password(subject, "a new long one", by=by, at=at),
    "remove_picture": lambda subject, by, at: actions.remove_picture(subject, by=by, at=at),
}
ROLES = [None, *Role]
ALLOWED = {
    Role.ADMINISTRATOR: {None, *Role},
    Role.SESSION_ADMINISTRATOR: {None, Role.SESSION_ADMINISTRATOR},
}


def of_role(make_person, name, role):
    return make_person(name, name.title(), "Somebody", *([role] if role else []))


@pytest.mark.parametrize("subject_role", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_every_action_keeps_to_power_over_people(make_person, edna, permit, at, role, subject_role):
    permit(Role.SESSION_ADMINISTRATOR, *Permission)
    actor = of_role(make_person, "actor", role)
    subject = of_role(make_person, "subject", subject_role)

    done = [verb for verb in VERBS if not is_refused(VERBS[verb], subject, actor, at)]

    if subject_role in ALLOWED.get(role, set()):
        assert done == list(VERBS)
    else:
        assert done == []
        assert not AuditEntry.objects.exists()
        assert not Mail.objects.exists()


def is_refused(verb, subject, actor, at):
    try:
        verb(subject, actor, at)
    except NoPower:
        return True
    else:
        return False


@pytest.mark.parametrize("given", Role)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_gives_a_role_that_they_lack(make_person, amina, at, role, given):
    actor = of_role(make_person, "actor", role)

    if given in ALLOWED.get(role, set()):
        actions.create_person(FACTS, roles=[given], by=actor, at=at)
        actions.grant_roles(amina, [given], by=actor, at=at)
    else:
        with pytest.raises(NoPower):
            actions.create_person(FACTS, roles=[given], by=actor, at=at)
        with pytest.raises(NoPower):
            actions.grant_roles(amina, [given], by=actor, at=at)
        amina.refresh_from_db()
        assert amina.roles == frozenset()


def test_nobody_gives_themselves_a_role(sara, at):
    with pytest.raises(NoPowerToGrant):
        actions.grant_roles(sara, [Role.SESSION_ADMINISTRATOR, Role.TEACHER], by=sara, at=at)


def test_a_responsibility_in_a_place_is_out_of_reach_too(chidi, sara, at):
    def teaches_somewhere(sender, *, people, by, **kwargs):
        return [chidi.pk] if chidi.pk in people else []

    place_powers.connect(teaches_somewhere)
    try:
        with pytest.raises(NoPower):
            actions.update_person(chidi, {"email": "mine@example.org"}, by=sara, at=at)
    finally:
        place_powers.disconnect(teaches_somewhere)
