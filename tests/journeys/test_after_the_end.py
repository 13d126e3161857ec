"""A session is moved so that it is over, and its rule for afterwards holds."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import TODAY
from tests.journeys.deeds import find_session

YESTERDAY = TODAY - timedelta(days=1)


def end(edna, title: str, rule: str, affected: str) -> None:
    """Let the session end yesterday, and see first whom that concerns."""
    find_session(edna, title)
    edna.follow("Edit")
    edna.fill("Until", str(YESTERDAY))
    edna.tick(rule)
    edna.press("Save")
    edna.sees("Nothing is saved yet.", affected, "Amina Haddad").look()
    edna.press("Save these changes")
    expect(edna.heading).to_have_text(title)
    edna.look()


def past(person, title: str) -> None:
    """Look for the session among the past ones."""
    person.open("/?list=past&look=cards")
    expect(person.page.get_by_role("heading", name=title)).to_be_visible()


@pytest.fixture
def here(visitor, fire):
    """here("Ends open") → the address of the course on fire safety in that session, as Amina finds it."""

    def find(title: str) -> str:
        amina = visitor("amina")
        amina.open("/?look=list")
        amina.follow(title)
        return amina.path.removesuffix("/")

    return find


def test_what_is_read_only_after_the_end_can_be_read_but_not_changed(visitor, here):
    place = here("Ends read only")
    amina, chidi, edna = visitor("amina"), visitor("chidi"), visitor("edna")

    end(edna, "Ends read only", "Read only", "Becomes read only now for 1 learner")

    for person, ask in ((amina, "Chidi Obi"), (chidi, "Edna Larsen")):
        past(person, "Ends read only")
        person.follow("Ends read only")
        bar = person.page.get_by_role("region", name="Read only")
        expect(bar).to_contain_text("You can read everything, but no longer send anything in.")
        expect(bar).to_contain_text(f"Ask {ask} if you need more.")
        person.look()
        person.open(f"{place}/documents/")
        expect(person.page.get_by_role("link", name="New page")).to_have_count(0)
        person.follow("How fires start")
        person.sees("Heat, fuel and air").look()
        person.open(f"{place}/documents/new/page/", status=403)
    chidi.look()


def test_what_is_accessible_after_the_end_goes_on(visitor, here):
    place = here("Ends open")
    amina, chidi, edna = visitor("amina"), visitor("chidi"), visitor("edna")

    end(edna, "Ends open", "Accessible", "1 learner gets other dates")

    past(amina, "Ends open")
    amina.follow("Ends open")
    expect(amina.page.get_by_role("region", name="Read only")).to_have_count(0)
    amina.look()
    past(chidi, "Ends open")
    chidi.open(f"{place}/documents/")
    expect(chidi.page.get_by_role("link", name="New page")).to_be_visible()


def test_what_is_closed_after_the_end_says_so_at_the_door(visitor, here):
    place = here("Ends closed")
    amina, chidi, edna = visitor("amina"), visitor("chidi"), visitor("edna")

    end(edna, "Ends closed", "Not accessible", "Closes now for 1 learner")

    for person, ask in ((amina, "Chidi Obi"), (chidi, "Edna Larsen")):
        past(person, "Ends closed")
        card = person.page.get_by_role("article").filter(has_text="Ends closed")
        expect(card).to_contain_text("and is closed now.")
        expect(card.get_by_role("link")).to_have_count(0)
        person.look()
        for address in (f"{place}/", f"{place}/documents/", place.removesuffix("FIRE")):
            person.open(address, status=403)
            person.sees("and is closed now.")
        person.open(f"{place}/", status=403)
        person.sees("Whom to ask", ask).look()


def test_a_session_is_cancelled_with_a_reason_and_people_are_told(visitor, here):
    amina, edna = visitor("amina"), visitor("edna")
    place = here("Called off")

    find_session(edna, "Called off")
    edna.choose("Cancel the session", of="Called off")
    edna.sees("Closes now for 1 learner", "Amina Haddad").look()
    edna.page.get_by_role("textbox", name="Reason").fill("The hall is flooded.")
    edna.tick("Tell them by mail")
    edna.press("Cancel the session")
    edna.sees("This session is cancelled", "The hall is flooded.").look()

    amina.open(f"{place}/", status=403)
    amina.sees("The hall is flooded.").look()
    edna.open("/administration/mail/?q=Called+off")
    edna.sees("amina@example.org")
