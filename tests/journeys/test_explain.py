"""Why is it closed: a manager checks, a coach looks as a learner, an administrator acts as somebody."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import FIRST_DAY, PASSWORD, TODAY
from tests.journeys.deeds import find_session
from tests.journeys.test_coach import place_of


def test_a_manager_finds_out_why_somebody_gets_in_and_when_that_changes(visitor, fire):
    edna = visitor("edna")
    find_session(edna, "Paper shift")
    edna.follow("Access check")
    edna.look()

    edna.fill("Person", "haddad")
    edna.page.get_by_label("Place").select_option(label="Fire safety")
    edna.press("Check")

    edna.sees("What Amina Haddad may do", "They use it fully as a learner.", "Learner, inside their window.").look()
    edna.fill("Day", str(FIRST_DAY - timedelta(days=1)))
    edna.press("Check")
    edna.sees("the door is closed", "Learner, before their window.").look()
    shared = edna.page.url
    edna.page.reload()
    edna.sees("Learner, before their window.")

    chidi = visitor("chidi")
    chidi.open(shared, status=403)


def test_a_coach_looks_as_a_learner_and_can_send_nothing_from_another_tab(visitor, fire):
    chidi = visitor("chidi")
    here = place_of(chidi, "Early shift")
    chidi.open(f"{here}/documents/")
    other_tab = chidi.page

    chidi.page = chidi.context.new_page()
    chidi.open(f"{here}/")
    chidi.follow("View as a learner")
    chidi.look()
    chidi.fill("Day", str(TODAY))
    chidi.press("View as a learner")
    bar = chidi.page.get_by_role("region", name="Looking as a learner")
    expect(bar).to_contain_text("You see this as a learner on")
    chidi.look()
    chidi.open(f"{here}/documents/")
    expect(chidi.page.get_by_role("link", name="New page")).to_have_count(0)
    chidi.look()

    tab, chidi.page = chidi.page, other_tab
    chidi.choose("Hide", of="Extinguisher")
    chidi.sees("so nothing can be sent").look()
    chidi.page = tab
    bar.get_by_role("button", name="End").click()
    expect(bar).to_have_count(0)
    expect(chidi.page.get_by_role("link", name="New page")).to_be_visible()
    chidi.sees("Extinguisher").sees_not("Hidden")

    amina = visitor("amina")
    amina.open(f"/view-as-learner/{here.split('/')[2]}/", status=403)


def test_before_the_session_begins_a_coach_meets_the_closed_door_of_learners(visitor, fire):
    chidi = visitor("chidi")
    here = place_of(chidi, "Paper shift")
    chidi.open(f"/view-as-learner/{here.split('/')[2]}/?course=FIRE")
    chidi.fill("Day", str(FIRST_DAY - timedelta(days=5)))

    chidi.press("View as a learner")

    chidi.sees("Opens on", "Whom to ask", "Chidi Obi").look()
    chidi.press("End")
    chidi.sees("In this course")


def test_an_administrator_acts_as_a_learner_who_then_reads_of_it(visitor, fire):
    edna = visitor("edna")
    edna.open("/administration/people/?q=haddad")
    edna.follow("Haddad, Amina")
    edna.follow("Act as Amina Haddad")
    edna.look()
    edna.fill("Reason", "She cannot find her course")
    edna.press("Act as Amina Haddad")
    if edna.page.get_by_label("Your password").count():
        edna.look()
        edna.fill("Your password", PASSWORD)
        edna.press("Confirm and go on")
    bar = edna.page.get_by_role("region", name="Acting as somebody else")
    expect(bar).to_contain_text("You act as Amina Haddad.")
    edna.look()
    edna.open("/profile/")
    expect(bar).to_be_visible()
    edna.look()
    edna.open("/profile/security/", status=403)
    edna.sees("This belongs to Amina Haddad alone").look()
    edna.open("/administration/people/", status=403)

    bar.get_by_role("button", name="End").click()
    edna.sees("You no longer act as Amina Haddad.").look()

    amina = visitor("amina")
    amina.open("/profile/")
    amina.sees("When somebody acted as you", "Edna Larsen", "She cannot find her course").look()


def test_who_may_not_act_as_anybody_is_told_so(visitor):
    edna, dolores = visitor("edna"), visitor("dolores")
    edna.open("/administration/people/?q=haddad")
    edna.follow("Haddad, Amina")

    dolores.open(f"{edna.path}acting/", status=403)

    dolores.look()
