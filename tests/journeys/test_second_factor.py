"""Signing in with a second factor, on several devices, and being asked again who is there."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from encore.people.codes import code_at
from tests.journeys.browser import Visitor
from tests.journeys.conftest import PASSWORD

ANDROID = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
LEFT_OPEN = """
from encore.people.confirming import CONFIRMED_AT
from encore.people.device_store import SessionStore
from encore.people.models import Device
for device in Device.objects.filter(person__username="edna"):
    known = SessionStore(device.session_key)
    known[CONFIRMED_AT] = 0
    known.save()
"""


def test_a_second_factor_is_set_up_asked_for_and_gets_one_in_without_the_app(visitor):
    vera = visitor("vera")
    vera.open("/profile/")
    vera.follow("Sign-in and security")
    vera.look()
    vera.follow("Set up a second factor")
    vera.look()
    secret = b32decode(vera.page.locator("code.secret").inner_text().replace(" ", ""))
    vera.fill("Code", "000000")
    vera.press("Turn it on")
    vera.sees("This code does not fit").look()
    vera.fill("Code", code_at(secret, datetime.now(UTC)))
    vera.press("Turn it on")
    vera.sees("Your second factor is on", "shown this once").look()
    recovery_codes = vera.page.locator(".recovery-codes code").all_inner_texts()
    vera.follow("I have kept them")
    vera.sees("10 are left").look()

    phone = visitor(user_agent=ANDROID, viewport={"width": 360, "height": 780})
    with_password(phone, "vera")
    phone.look()
    # The code of now was spent on setting it up; that of the next half minute counts already.
    phone.fill("Code", code_at(secret, datetime.now(UTC) + timedelta(seconds=30)))
    phone.press("Sign in")
    phone.sees("You are not enrolled in a session yet")

    desk = visitor()
    with_password(desk, "vera")
    desk.follow("No app at hand? Use a recovery code")
    desk.look()
    desk.fill("Recovery code", recovery_codes[0].upper())
    desk.press("Sign in")
    desk.sees("You are not enrolled in a session yet")

    desk.open("/profile/security/")
    desk.sees("9 are left", "with password and recovery code").look()
    desk.press("Sign out Chrome on Android")
    desk.sees("Chrome on Android is signed out.").look()
    phone.open("/profile/")
    expect(phone.heading).to_have_text("Sign in")


def test_what_was_entered_is_kept_while_one_shows_who_one_is(visitor, at):
    edna = visitor("edna")
    edna.open("/administration/people/?q=nino")
    edna.page.get_by_role("table").get_by_role("link", name=re.compile("Rossi")).click()
    edna.follow("Edit")
    edna.fill("Phone", "+32 2 555 01 99")
    edna.tick("Teacher")

    at.encore("shell", "--command", LEFT_OPEN)
    edna.press("Save")
    edna.sees("Is it you?", "You are about to change what somebody may do").look()
    edna.fill("Your password", "a noisy morning")
    edna.press("Confirm and go on")
    edna.sees("This is not your password.").look()
    edna.fill("Your password", PASSWORD)
    edna.press("Confirm and go on")

    edna.sees("Nino Rossi is saved.", "+32 2 555 01 99", "Creates courses and writes the own ones.")


def with_password(visitor: Visitor, name: str) -> None:
    visitor.open("/sign-in/")
    visitor.fill("Username or e-mail", name)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")
    expect(visitor.heading).to_have_text("One more step")
