"""The administrator brings in the files she already has."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

SAMPLES = Path(__file__).resolve().parents[3] / "shared/data/chamilo"


def bring(edna, kind: str, file: Path, *ticks: str) -> None:
    """Choose the kind and the file; leads to the plan."""
    edna.open("/administration/imports/")
    edna.follow(kind)
    edna.field("File").set_input_files(file)
    for tick in ticks:
        edna.tick(tick)
    edna.press("Read the file")
    expect(edna.heading).to_contain_text(file.name)


def rows(edna):
    return edna.page.get_by_role("table", name="Rows of the plan").get_by_role("row")


def test_people_courses_and_classes_come_in_from_files_by_way_of_a_plan(visitor, csv_file):
    edna = visitor("edna")
    head = ["LastName", "FirstName", "Email", "UserName", "Status"]
    wangari = ["Maina", "Wangari", "wangari@example.org", "wangari", "user"]
    yusuf = ["Demir", "Yusuf", "yusuf@example.org", "yusuf", "teacher"]
    nameless = ["", "", "", "nameless", "user"]
    amina_again = ["Haddad", "Aminah", "amina@example.org", "amina", "user"]

    edna.open("/administration/imports/")
    edna.look()
    edna.follow("People")
    edna.look()
    edna.press("Read the file")
    edna.sees("This field is required.").look()
    bring(edna, "People", csv_file("staff", head, wangari, yusuf, nameless, amina_again))

    edna.sees("Adds 2 people.", "2 rows are refused.", "Maina").look()
    assert rows(edna).count() == 1 + 4
    edna.open("/administration/people/?q=wangari")
    edna.sees_not("Maina")

    edna.page.go_back()
    edna.press("Add 2")
    edna.sees("nothing is applied as long as any row is refused").look()
    edna.tick("Skip the refused rows. Without this nothing is applied as long as any row is refused.")
    edna.press("Add 2")
    edna.sees("2 added, 0 changed, 0 as they were, 2 skipped.").look()

    edna.open("/administration/people/?q=wangari")
    edna.sees("Maina").look()
    edna.open("/administration/people/?q=amina")
    edna.sees("Haddad").sees_not("Aminah")

    bring(edna, "Courses", csv_file("courses", ["Code", "Title", "Teacher"], ["LIFT", "Lifting well", "yusuf"]))
    edna.press("Add 1")
    edna.sees("1 added")
    bring(edna, "Classes", csv_file("classes", ["name", "description"], ["Porters", "Who lift all day"]))
    edna.press("Add 1")
    edna.sees("1 added")
    bring(edna, "People in classes", csv_file("porters", ["UserName", "ClassName"], ["wangari", "Porters"]))
    edna.press("Add 1")
    edna.sees("1 added")

    edna.open("/administration/courses/?q=lift")
    edna.sees("Lifting well", "Yusuf Demir").look()
    edna.open("/administration/classes/")
    edna.look()
    edna.follow("Porters")
    edna.sees("Wangari Maina").look()


def test_a_file_that_cannot_be_read_says_what_is_wrong_with_it(visitor, csv_file):
    edna = visitor("edna")

    edna.open("/administration/imports/new/people/")
    edna.field("File").set_input_files(csv_file("sheet", ["Name", "Colour"], ["Amina", "green"]))
    edna.press("Read the file")

    edna.sees("The columns LastName, FirstName, UserName are missing.").look()


def test_a_file_of_another_platform_gives_a_sensible_plan(visitor):
    if not SAMPLES.exists():
        pytest.skip("no files of another platform beside this checkout")
    edna = visitor("edna")

    bring(edna, "People", SAMPLES / "example.csv", "Make people, courses and classes that are missing")

    edna.sees("Adds 2 people.", "Mcfly", "Brown", "AuthSource is not used").look()
    edna.press("Add 2")
    edna.sees("2 added")
    bring(edna, "People", SAMPLES / "example.csv")
    edna.sees("Everything is already as the file says.")
