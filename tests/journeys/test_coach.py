"""A coach changes a course for one session, and for that session alone."""

from playwright.sync_api import expect

from tests.journeys.deeds import write_page


def test_what_a_coach_changes_shows_in_this_session_only(visitor, fire):
    amina, boris, chidi, dolores = visitor("amina"), visitor("boris"), visitor("chidi"), visitor("dolores")
    here = place_of(chidi, "Early shift")

    chidi.open("/")
    chidi.look()
    chidi.open(f"{here}/")
    chidi.look()
    chidi.open(f"{here}/documents/")
    chidi.look()
    write_page(chidi, here, "Where we meet", "At the gate, at six.")
    chidi.open(f"{here}/documents/")
    chidi.choose("Hide", of="Extinguisher")
    chidi.open(f"{here}/documents/")
    chidi.choose("Make this session's own version", of="How fires start")
    chidi.sees("You are making this session's own version.").look()
    chidi.page.get_by_role("textbox", name="Text", exact=True).fill("Watch the film in the canteen.")
    chidi.press("Save and publish")
    chidi.open(f"{here}/documents/")
    chidi.sees("This session only", "This session's version", "Hidden").look()

    assert documents(amina, here) == ["How fires start", "Leaving the building", "Ways out", "Where we meet"]
    amina.follow("How fires start")
    amina.sees("Watch the film in the canteen.").sees_not("Heat, fuel and air")
    untouched = ["How fires start", "Leaving the building", "Ways out", "Extinguisher"]
    assert documents(boris, place_of(boris, "Night shift")) == untouched
    boris.follow("How fires start")
    boris.sees("Heat, fuel and air").sees_not("Watch the film")
    assert documents(dolores, fire) == untouched

    chidi.follow("This session's changes")
    chidi.sees("Where we meet", "How fires start", "Extinguisher").look()
    chidi.open(f"{here}/documents/")
    chidi.choose("Go back to the course's", of="How fires start")
    chidi.look()
    chidi.press("Go back to the course's")
    chidi.open(f"{here}/documents/")
    chidi.choose("Show", of="Extinguisher")

    assert documents(amina, here) == [*untouched, "Where we meet"]
    amina.follow("How fires start")
    amina.sees("Heat, fuel and air").sees_not("Watch the film")


def place_of(person, session: str) -> str:
    """The address of the course on fire safety in a session of theirs."""
    person.open("/?look=list")
    person.follow(session)
    return person.path.removesuffix("/") if person.path.endswith("/FIRE/") else f"{person.path}FIRE"


def documents(person, place: str) -> list[str]:
    """The titles of what lies in the documents of a place."""
    person.open(f"{place}/documents/")
    rows = person.page.locator(".document-row-words").get_by_role("link")
    expect(rows.first).to_be_visible()
    return rows.all_inner_texts()


def test_a_coach_follows_the_learners(visitor, fire):
    boris, chidi = visitor("boris"), visitor("chidi")
    here = place_of(boris, "Late shift")
    boris.open(f"{here}/documents/")
    boris.follow("Leaving the building")

    chidi.open(f"{here}/")
    chidi.follow("Learners")

    row = chidi.page.get_by_role("row").filter(has_text="Boris Novak")
    expect(row).to_contain_text("1 of 5")
    chidi.look()
    boris.open(f"{here}/learners/", status=403)
