"""The devices somebody is signed in on: listed, signed out, and noted without a query of their own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from conftest import PASSWORD
from encore.people import actions
from encore.people.device_store import DEVICE
from encore.people.jobs import tidy_devices
from encore.people.models import Device, SignIn

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:142.0) Gecko/20100101 Firefox/142.0"


def browser(name="amina", **headers):
    client = Client(HTTP_USER_AGENT=FIREFOX, **headers)
    client.post("/sign-in/", {"username": name, "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/profile/").status_code == 200


def sign_out(client, device):
    return client.post("/profile/security/devices/", {"device": device})


def test_a_device_is_listed_with_what_its_owner_recognises(amina):
    page = browser(REMOTE_ADDR="192.0.2.7").get("/profile/security/").content.decode()

    assert "Firefox on Windows" in page
    assert "192.0.2.7" in page
    assert page.count("this device") == 1


def test_the_key_of_a_browser_never_stands_on_a_page(amina):
    client = browser()

    assert client.session.session_key not in client.get("/profile/security/").content.decode()


def test_a_device_is_signed_out_from_another_one(amina):
    phone, desk = browser(), browser()
    device = Device.objects.get(session_key=phone.session.session_key)

    answer = sign_out(desk, device.uuid)

    assert answer.url == "/profile/security/"
    assert not is_in(phone)
    assert is_in(desk)


def test_all_others_are_signed_out_at_once(amina, boris):
    here, others, boris_too = browser(), [browser(), browser()], browser("boris")

    sign_out(here, "others")

    assert is_in(here)
    assert not any(map(is_in, others))
    assert is_in(boris_too)


@pytest.mark.parametrize("device", ["", "nonsense", "00000000-0000-4000-8000-000000000001"])
def test_a_device_that_is_not_there_is_no_error(amina, device):
    assert sign_out(browser(), device).url == "/profile/security/"


def test_nobody_signs_out_the_device_of_somebody_else(amina, boris):
    mine, theirs = browser(), browser("boris")
    device = Device.objects.get(session_key=theirs.session.session_key)

    sign_out(mine, device.uuid)

    assert is_in(theirs)


def test_nobody_sees_the_devices_of_somebody_else(amina, boris):
    browser("boris", REMOTE_ADDR="198.51.100.9")

    assert "198.51.100.9" not in browser().get("/profile/security/").content.decode()


def test_signing_out_takes_the_device_off_the_list(amina):
    client = browser()
    client.post("/sign-out/")

    assert not Device.objects.filter(person=amina).exists()


def test_a_new_password_signs_out_elsewhere_and_keeps_this_device(amina):
    here, elsewhere = browser(), browser()
    new = {"old_password": PASSWORD, "new_password1": "grey herons", "new_password2": "grey herons"}

    here.post("/profile/password/", new)

    assert is_in(here)
    assert not is_in(elsewhere)
    assert Device.objects.filter(person=amina).count() == 1


def test_a_closed_account_has_no_devices(amina, edna):
    browser()

    actions.deactivate(amina, by=edna, at=now())

    assert not Device.objects.filter(person=amina).exists()


def test_looking_at_pages_writes_nothing_down_for_some_minutes(amina, queries):
    client = browser()

    assert not [q for q in queries(client) if q.startswith(("UPDATE", "INSERT"))]


@pytest.fixture
def queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(client):
        with CaptureQueriesContext(connection) as captured:
            client.get("/profile/security/")
        return [query["sql"] for query in captured]

    return asked


def test_after_some_minutes_it_is_noted_when_and_from_where_it_was_seen(amina):
    client = browser(REMOTE_ADDR="192.0.2.7")
    session = client.session
    then = int((now() - timedelta(minutes=6)).timestamp())
    session[DEVICE] = {**session[DEVICE], "seen": then}
    session.save()
    assert (now() - Device.objects.get(person=amina).seen_at) > timedelta(minutes=5)

    client.get("/profile/", REMOTE_ADDR="192.0.2.8")

    device = Device.objects.get(person=amina)
    assert (now() - device.seen_at) < timedelta(minutes=1)
    assert device.address == "192.0.2.8"


def test_the_page_asks_as_many_queries_for_many_devices_as_for_one(amina, queries):
    client = browser()
    few = len(queries(client))

    for _time in range(5):
        browser()

    assert len(queries(client)) == few


def test_recent_sign_ins_are_shown(amina):
    client = browser(REMOTE_ADDR="192.0.2.7")

    page = client.get("/profile/security/").content.decode()

    assert "with the password, Firefox on Windows" in page


def test_what_is_over_is_put_away(amina, at):
    client = browser()
    Device.objects.update(expire_date=at - timedelta(seconds=1))
    SignIn.objects.create(person=amina, at=at - timedelta(days=91), way="password")
    SignIn.objects.create(person=amina, at=at - timedelta(days=89), way="password")

    tidy_devices(at)

    assert not Device.objects.exists()
    assert [one.at for one in SignIn.objects.filter(at__lt=at - timedelta(days=30))] == [at - timedelta(days=89)]
    assert not is_in(client)
