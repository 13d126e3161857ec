"""The administrator creates a session in three steps."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import TODAY

FOCUSED = "() => (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().slice(0, 60)"


def test_a_session_is_created_in_three_steps(visitor):
    edna = visitor("edna")

    edna.open("/administration/sessions/")
    edna.look()
    edna.follow("Add a session")
    edna.look()
    edna.press("Next: its courses")
    edna.sees("This field is required.").look()

    first_step(edna, "Winter term")
    second_step(edna, "Fire safety", "First aid")
    third_step(edna, "Nurses 2026", "Mira Quist", "Nino Rossi", "Oki Sato")
    edna.press("Finish")

    expect(edna.heading).to_have_text("Winter term")
    edna.sees("“Winter term” is published.", "Fire safety", "First aid", "Nurses 2026", "Chidi Obi").look()
    people = edna.page.get_by_role("table", name="People of this session")
    assert people.get_by_role("rowheader").all_inner_texts() == [
        "Osei, Kofi",
        "Petit, Luc",
        "Quist, Mira",
        "Rossi, Nino",
        "Sato, Oki",
    ]
    edna.open("/administration/sessions/?q=winter")
    edna.sees("Winter term").look()


def first_step(edna, title: str) -> None:
    edna.fill("Title", title)
    edna.page.get_by_role("combobox", name="General coaches").press_sequentially("chidi")
    edna.page.get_by_role("option", name="Chidi Obi").click()
    edna.fill("New category", "Terms")
    edna.tick("By dates")
    edna.fill("From", str(TODAY))
    edna.fill("Until", str(TODAY + timedelta(days=90)))
    edna.look()
    edna.press("Next: its courses")


def second_step(edna, *titles: str) -> None:
    here = edna.page.get_by_role("list", name="In this session")
    for title in titles:
        edna.press(f"Add {title}")
        expect(here).to_contain_text(title)
    edna.look()
    edna.press(f"Move {titles[-1]} up")
    expect(edna.page.get_by_role("list", name="Courses in order").get_by_role("listitem").first).to_contain_text(
        titles[-1]
    )
    edna.follow("Next: its learners")


def third_step(edna, school_class: str, *names: str) -> None:
    edna.look()
    edna.follow("By class")
    edna.look()
    edna.press(f"Add the class {school_class}")
    edna.sees("2 of 2 people here")
    edna.follow("Single search")
    for name in names:
        edna.page.get_by_role("searchbox", name="Start of a name, username or e-mail").fill(name.split()[0])
        edna.press(f"Add {name}")
        expect(edna.page.get_by_role("complementary", name="Summary")).to_contain_text("Learners")
    edna.look()
    edna.follow("By file")
    edna.look()


def test_the_three_steps_work_from_the_keyboard_alone(visitor):
    edna = visitor("edna")
    keys = edna.page.keyboard

    edna.open("/administration/sessions/new/")
    tab_to(edna, "Title")
    keys.type("From the keys")
    tab_to(edna, "General coaches")
    keys.type("chidi")
    expect(edna.page.get_by_role("option", name="Chidi Obi")).to_be_visible()
    keys.press("Enter")
    expect(edna.page.get_by_label("Chidi Obi")).to_be_checked()
    tab_to(edna, "By dates")
    keys.press("ArrowUp")
    expect(edna.field("Always")).to_be_checked()
    tab_to(edna, "Next: its courses")
    keys.press("Enter")

    expect(edna.heading).to_have_text("From the keys")
    tab_to(edna, "Add Fire safety")
    keys.press("Enter")
    expect(edna.page.get_by_role("list", name="In this session")).to_contain_text("Fire safety")
    tab_to(edna, "Next: its learners")
    keys.press("Enter")

    edna.page.wait_for_url("**/learners/")
    tab_to(edna, "Add Mira Quist")
    keys.press("Enter")
    expect(edna.page.get_by_role("list", name="In this session")).to_contain_text("Mira Quist")
    tab_to(edna, "Finish")
    keys.press("Enter")

    edna.sees("“From the keys” is published.", "Quist, Mira")


def tab_to(visitor, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    met = []
    while len(met) < 150:
        visitor.page.keyboard.press("Tab")
        met.append(visitor.page.evaluate(FOCUSED))
        if met[-1].startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}, but to {met}")


def test_a_button_pressed_twice_creates_one_session(visitor):
    edna = visitor("edna")

    edna.open("/administration/sessions/new/")
    edna.fill("Title", "Only once")
    edna.tick("Always")
    edna.page.get_by_role("button", name="Next: its courses").dblclick()

    expect(edna.heading).to_have_text("Only once")
    edna.open("/administration/sessions/?q=only+once")
    expect(edna.page.get_by_role("table", name="Sessions").get_by_role("rowheader")).to_have_count(1)
