"""Acting as somebody else: who may, as whom, how it ends, and what stays closed."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse
from django.utils import timezone

from conftest import PASSWORD
from encore.courses.models import Enrolment
from encore.ledger.models import AuditEntry
from encore.people.acting import LONGEST
from encore.people.actions.accounts import deactivate
from encore.people.actions.acting import require_acting
from encore.people.confirming import CONFIRMED_AT
from encore.people.errors import NoPermission, NoPower, NotActive, NotAsYourself, SeesMore
from encore.people.models import RolePermission
from encore.people.words import Permission, Role


@pytest.fixture
def permit(db):
    """permit(Permission.ACT_AS, …): session administrators may."""
    return lambda *permissions: [
        RolePermission.objects.update_or_create(role=Role.SESSION_ADMINISTRATOR, permission=permission)
        for permission in permissions
    ]


@pytest.fixture
def acting(client_of):
    """acting(edna, amina) → a browser in which Edna acts as Amina."""

    def begin(by, subject):
        client = client_of(by)
        confirmed(client)
        answer = client.post(reverse("person_act_as", args=[subject.uuid]), {"reason": "She cannot see it"})
        assert answer.status_code == 302, answer.status_code
        return client

    return begin


def confirmed(client):
    session = client.session
    session[CONFIRMED_AT] = int(timezone.now().timestamp())
    session.save()


def who(client):
    return int(client.session[SESSION_KEY])


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", "by__username", "subject_id"))


# Who may act as whom


def test_an_administrator_may_act_as_a_learner_and_as_another_administrator(edna, amina, make_person, at):
    other = make_person("egon", "Egon", "Berg", Role.ADMINISTRATOR)

    require_acting(amina, by=edna, at=at)
    require_acting(other, by=edna, at=at)


def test_nobody_acts_as_themselves_or_as_a_closed_account(edna, amina, at):
    with pytest.raises(NotAsYourself):
        require_acting(edna, by=edna, at=at)
    deactivate(amina, by=edna, at=at)
    with pytest.raises(NotActive):
        require_acting(amina, by=edna, at=at)


def test_an_expired_account_is_closed_too(edna, make_person, at):
    guest = make_person("guest", expires_at=at)

    with pytest.raises(NotActive):
        require_acting(guest, by=edna, at=at)


def test_it_needs_the_permission(sara, amina, chidi, dolores, henri, at):
    for by in (sara, chidi, dolores, henri):
        with pytest.raises(NoPermission):
            require_acting(amina, by=by, at=at)


def test_a_session_administrator_acts_as_nobody_with_more_power(
    sara, edna, dolores, henri, chidi, permit, make_session, make_course, at
):
    permit(Permission.ACT_AS, Permission.OPEN_CONTENT, Permission.SEE_RESULTS)
    make_session("Of Edna", [make_course()], coaches=[chidi])

    for subject in (edna, dolores, henri, chidi):
        with pytest.raises(NoPower):
            require_acting(subject, by=sara, at=at)


def test_a_session_administrator_acts_only_within_own_sessions(
    sara, amina, boris, permit, make_session, make_course, at
):
    permit(Permission.ACT_AS, Permission.OPEN_CONTENT, Permission.SEE_RESULTS)
    ethics = make_course()
    make_session("Of Sara", [ethics], [amina, boris], owner=sara)
    make_session("Of Edna", [ethics], [boris])

    require_acting(amina, by=sara, at=at)
    with pytest.raises(SeesMore):
        require_acting(boris, by=sara, at=at)


@pytest.mark.parametrize("lacking", [Permission.OPEN_CONTENT, Permission.SEE_RESULTS])
def test_nobody_sees_by_acting_what_they_may_not_see(lacking, sara, amina, permit, make_session, make_course, at):
    permit(*{Permission.ACT_AS, Permission.OPEN_CONTENT, Permission.SEE_RESULTS} - {lacking})
    make_session("Of Sara", [make_course()], [amina], owner=sara)

    with pytest.raises(SeesMore):
        require_acting(amina, by=sara, at=at)


# The pages


def test_it_asks_again_who_is_there_and_why(client_of, edna, amina):
    client = client_of(edna)
    session = client.session
    session.pop(CONFIRMED_AT, None)
    session.save()
    address = reverse("person_act_as", args=[amina.uuid])

    assert client.get(address).status_code == 200
    asked = client.post(address, {"reason": "Looking"})
    assert (asked.status_code, who(client)) == (403, edna.pk)
    answered = client.post(address, {"reason": "Looking", "step_up_password": PASSWORD})
    assert (answered.status_code, who(client)) == (302, amina.pk)


def test_a_reason_is_required(client_of, edna, amina):
    client = client_of(edna)
    confirmed(client)

    answer = client.post(reverse("person_act_as", args=[amina.uuid]), {"reason": " "})

    assert (answer.status_code, who(client)) == (422, edna.pk)


def test_who_may_not_is_refused_and_offered_nothing(client_of, sara, amina, chidi):
    for person in (sara, chidi):
        answer = client_of(person).post(reverse("person_act_as", args=[amina.uuid]), {"reason": "Looking"})
        assert answer.status_code == 403
    assert reverse("person_act_as", args=[amina.uuid]) not in page(client_of(sara), "person", amina.uuid)


def page(client, route, *args):
    return client.get(reverse(route, args=args)).content.decode()


def test_the_person_page_offers_it_to_administrators(client_of, edna, amina):
    assert reverse("person_act_as", args=[amina.uuid]) in page(client_of(edna), "person", amina.uuid)
    assert reverse("person_act_as", args=[edna.uuid]) not in page(client_of(edna), "person", edna.uuid)


def test_one_goes_on_as_the_person_in_a_new_login_session_with_a_bar_on_every_page(client_of, acting, edna, amina):
    before = client_of(edna).session.session_key

    client = acting(edna, amina)

    assert client.session.session_key != before
    assert who(client) == amina.pk
    for route in ("home", "profile", "search"):
        assert "You act as Amina Haddad." in page(client, route)
    assert client.get("/nowhere/").content.decode().count("You act as Amina Haddad.") == 1


def test_it_ends_with_one_click_back_on_the_persons_page(acting, edna, amina):
    client = acting(edna, amina)
    before = client.session.session_key

    answer = client.post(reverse("act_as_end"))

    assert answer["Location"] == reverse("person", args=[amina.uuid])
    assert who(client) == edna.pk
    assert client.session.session_key != before
    assert "You act as" not in page(client, "home")


def test_begin_end_and_what_is_done_meanwhile_are_recorded(acting, edna, amina, make_session, make_course, at):
    acting(edna, amina).post(reverse("act_as_end"))

    assert not AuditEntry.objects.filter(acting=edna).exists()
    assert AuditEntry.objects.get(verb="act as").changes["reason"] == "She cannot see it"

    assert verbs()[-2:] == [("act as", "edna", amina.pk), ("end acting as", "edna", amina.pk)]


def test_neither_last_visit_nor_sign_in_of_the_person_changes(acting, edna, amina):
    acting(edna, amina)

    amina.refresh_from_db()
    assert amina.last_login is None


def test_it_is_never_nested(acting, edna, amina, make_person):
    other = make_person("egon", "Egon", "Berg", Role.ADMINISTRATOR)
    client = acting(edna, other)
    confirmed(client)

    answer = client.post(reverse("person_act_as", args=[amina.uuid]), {"reason": "Deeper"})

    assert (answer.status_code, who(client)) == (403, other.pk)
    assert reverse("person_act_as", args=[amina.uuid]) not in page(client, "person", amina.uuid)


def test_it_ends_by_itself_after_an_hour(acting, edna, amina, monkeypatch):
    client = acting(edna, amina)
    late = timezone.now() + LONGEST
    monkeypatch.setattr("encore.people.middleware.timezone.now", lambda: late)

    answer = client.post(reverse("theme"), {"theme": "dark"})

    assert answer["Location"] == reverse("person", args=[amina.uuid])
    assert who(client) == edna.pk
    amina.refresh_from_db()
    assert amina.theme == "system"
    assert verbs()[-1][0] == "end acting as"


def test_a_script_is_sent_back_by_a_header(acting, edna, amina, monkeypatch):
    client = acting(edna, amina)
    late = timezone.now() + LONGEST
    monkeypatch.setattr("encore.people.middleware.timezone.now", lambda: late)

    answer = client.get(reverse("home"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, reverse("person", args=[amina.uuid]))


def test_it_ends_when_the_persons_account_is_closed(acting, edna, amina, at):
    client = acting(edna, amina)
    deactivate(amina, by=edna, at=at)

    assert client.get(reverse("home"))["Location"] == reverse("person", args=[amina.uuid])
    assert who(client) == edna.pk


def test_it_ends_when_the_person_sets_a_new_password(acting, edna, amina):
    client = acting(edna, amina)
    amina.set_password("a new quiet evening")
    amina.save()

    assert client.get(reverse("home"))["Location"] == reverse("person", args=[amina.uuid])
    assert who(client) == edna.pk


def test_it_ends_when_the_permission_is_taken_away(acting, edna, amina, make_person):
    client = acting(edna, amina)
    edna.is_administrator = False
    edna.save()

    client.get(reverse("home"))

    assert who(client) == edna.pk


@pytest.mark.parametrize("change", ["deactivated", "new password"])
def test_it_ends_signed_out_when_the_administrators_own_sign_in_is_void(change, acting, edna, amina):
    client = acting(edna, amina)
    if change == "deactivated":
        edna.is_active = False
    else:
        edna.set_password("a new quiet evening")
    edna.save()

    client.get(reverse("home"))

    assert SESSION_KEY not in client.session


def test_signing_out_ends_both(acting, edna, amina):
    client = acting(edna, amina)

    client.post(reverse("sign_out"))

    assert SESSION_KEY not in client.session
    assert verbs()[-1] == ("end acting as", "edna", amina.pk)


# What stays closed


def test_what_is_the_persons_own_stays_closed(acting, edna, amina):
    client = acting(edna, amina)
    own = [
        ("post", reverse("profile")),
        ("get", reverse("profile_password")),
        ("post", reverse("profile_password")),
        ("post", reverse("profile_picture")),
        ("post", reverse("theme")),
        ("get", "/profile/whatever-comes/"),
    ]

    answers = {getattr(client, method)(address).status_code for method, address in own if "whatever" not in address}

    assert answers == {403}
    assert client.get(reverse("profile")).status_code == 200


def test_every_route_below_the_profile_is_closed_while_acting(acting, edna, amina):
    from tests.isolation.addresses import every_route

    client = acting(edna, amina)
    own = [route.name for route in every_route() if not route.place_words and not route.ids]
    addresses = [reverse(name) for name in own if reverse(name).startswith("/profile/")]

    assert len(addresses) >= 4
    for address in addresses:
        assert client.post(address).status_code == 403, address
        assert client.get(address).status_code == (200 if address == "/profile/" else 403), address


def test_nobody_changes_the_account_they_act_as_through_the_administration(acting, edna, make_person):
    other = make_person("egon", "Egon", "Berg", Role.ADMINISTRATOR)
    client = acting(edna, other)
    confirmed(client)

    answer = client.post(reverse("person_edit", args=[other.uuid]), {"email": "mine@example.org"})

    assert answer.status_code == 403
    other.refresh_from_db()
    assert other.email == "egon@example.org"


def test_what_is_done_meanwhile_is_done_as_the_person(acting, edna, amina, make_session, make_course, at):
    session = make_session("Spring", [make_course()], [amina])

    assert acting(edna, amina).get(reverse("course_in_session", args=[session.pk, "ETH"])).status_code == 200
    assert Enrolment.objects.get(person=amina).first_entered_at is not None


def test_the_stored_end_is_an_hour_away(acting, edna, amina):
    client = acting(edna, amina)

    kept = client.session["acting"]

    left = timezone.datetime.fromisoformat(kept["until"]) - timezone.now()
    assert timedelta(minutes=59) < left <= LONGEST


def test_the_browser_stays_the_administrators_and_is_signed_out_by_them(acting, edna, amina):
    client = acting(edna, amina)

    assert list(amina.devices.all()) == []
    assert [device.session_key for device in edna.devices.all()][-1:] == [client.session.session_key]
    edna.devices.all().delete()
    assert client.get(reverse("home"))["Location"].startswith(reverse("sign_in"))


def test_what_is_recorded_meanwhile_names_both(acting, edna, make_person, amina):
    sten = make_person("sten", "Sten", "Lund", Role.ADMINISTRATOR)
    client = acting(edna, sten)
    confirmed(client)

    client.post(reverse("person_deactivate", args=[amina.uuid]), {"confirm": "yes"})

    entry = AuditEntry.objects.get(verb="deactivate_person")
    assert (entry.by, entry.acting) == (sten, edna)


def test_the_person_sees_who_acted_as_them_and_why(acting, client_of, edna, amina, boris):
    acting(edna, amina)

    words = page(client_of(amina), "profile")
    assert "When somebody acted as you" in words
    assert "Edna Larsen" in words
    assert "She cannot see it" in words
    assert "acted as you" not in page(client_of(boris), "profile")


def test_the_profile_offers_nothing_that_would_be_refused(acting, edna, amina):
    words = page(acting(edna, amina), "profile")

    assert "their profile can be looked at, not changed" in words
    assert 'id="picture"' not in words
    assert reverse("theme") not in words
