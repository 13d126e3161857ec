"""Everything that reads or submits works without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import TODAY


@pytest.fixture
def plain(visitor):
    """plain("amina") → Amina, in a browser without JavaScript."""
    return lambda name: visitor(name, java_script_enabled=False)


def test_a_learner_reads_without_javascript(plain, fire):
    amina = plain("amina")

    amina.open("/")
    amina.follow("Paper shift")
    amina.follow("Fire safety")
    amina.follow("Documents")
    amina.follow("How fires start")

    amina.sees("Heat, fuel and air: take one away and the fire goes out.")


def test_a_teacher_writes_without_javascript(plain):
    dolores = plain("dolores")

    dolores.open("/courses/AID/documents/new/page/")
    dolores.fill("Title", "Burns")
    dolores.fill("Text", "<p>Cool the burn for <strong>twenty minutes</strong>.</p>")
    dolores.press("Save and publish")

    expect(dolores.page.get_by_role("strong")).to_have_text("twenty minutes")


def test_a_session_is_created_without_javascript(plain):
    edna = plain("edna")

    edna.open("/administration/sessions/new/")
    edna.fill("Title", "Without a script")
    edna.fill("General coaches", "chidi")
    edna.page.get_by_role("button", name="Find", exact=True).first.click()
    edna.page.get_by_label("Chidi Obi").check()
    edna.tick("By dates")
    edna.fill("From", str(TODAY))
    edna.fill("Until", str(TODAY + timedelta(days=5)))
    edna.press("Next: its courses")

    edna.fill("Title or code", "first")
    edna.page.get_by_role("search", name="Title or code").get_by_role("button", name="Search").click()
    edna.press("Add First aid")
    expect(edna.page.get_by_role("list", name="In this session")).to_contain_text("First aid")
    edna.follow("Next: its learners")
    edna.follow("By class")
    edna.press("Add the class Nurses 2026")
    edna.follow("Two lists")
    edna.press("Add Mira Quist")
    expect(edna.page.get_by_role("list", name="In this session")).to_contain_text("Mira Quist")
    edna.press("Finish")

    edna.sees("“Without a script” is published.", "First aid", "Chidi Obi", "Osei, Kofi", "Petit, Luc", "Quist, Mira")


def test_a_file_is_imported_without_javascript(plain, csv_file):
    edna = plain("edna")
    head = ["LastName", "FirstName", "UserName"]

    edna.open("/administration/imports/new/people/")
    edna.field("File").set_input_files(csv_file("staff", head, ["Plain", "Paula", "paula"]))
    edna.press("Read the file")
    edna.sees("Adds 1 person.")
    edna.press("Add 1")
    for _ in range(60):
        if edna.page.get_by_text("1 added").count():
            break
        edna.page.wait_for_timeout(500)
        edna.page.reload()

    edna.sees("1 added")
