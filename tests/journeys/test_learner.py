"""A learner finds her session and reads; others find nothing."""

import re

from playwright.sync_api import expect


def test_a_learner_finds_her_session_and_reads(visitor, fire):
    amina = visitor("amina")

    amina.open("/")
    amina.sees("Day shift").look()
    amina.follow("List")
    amina.look()
    amina.follow("Day shift")
    expect(amina.heading).to_have_text("Day shift")
    amina.look()
    amina.follow("Fire safety")
    amina.sees("Fire safety", "Day shift")
    amina.look()
    expect(progress(amina)).to_have_js_property("value", 0)

    amina.follow("Documents")
    amina.look()
    amina.follow("How fires start")
    amina.sees("Heat, fuel and air: take one away and the fire goes out.").look()
    amina.page.get_by_role("link", name="Leaving the building").click()
    amina.sees("Walk. Do not run, and do not go back for your coat.")
    amina.page.get_by_role("link", name="Ways out").click()
    look_at_the_pdf(amina)
    amina.page.get_by_role("link", name="Extinguisher").click()
    expect(amina.page.get_by_role("img", name="Extinguisher")).to_have_js_property("naturalWidth", 320)
    amina.look()

    amina.follow("Links")
    amina.sees("The fire brigade").look()
    amina.follow("Description")
    amina.look()
    amina.page.get_by_role("region", name="Where you are").get_by_role("link", name="Fire safety").click()
    expect(progress(amina)).to_have_js_property("value", 4)
    expect(progress(amina)).to_have_js_property("max", 5)
    amina.sees("You left off at", "Extinguisher").look()
    amina.open("/search/?q=fire")
    amina.sees("Day shift").look()


def progress(learner):
    return learner.page.get_by_role("progressbar", name="How far you are in this course")


def look_at_the_pdf(learner) -> None:
    expect(learner.heading).to_have_text("Ways out")
    frame = learner.page.locator("iframe")
    expect(frame).to_have_attribute("title", "Ways out")
    address = learner.at.address + frame.get_attribute("src")
    whole = learner.page.request.get(address)
    part = learner.page.request.get(address, headers={"Range": "bytes=0-7"})
    assert (whole.status, whole.headers["content-type"]) == (200, "application/pdf")
    assert (part.status, part.body()) == (206, b"%PDF-1.4")
    learner.look()


def test_a_session_does_not_exist_for_strangers(visitor, fire):
    amina, boris, zoe = visitor("amina"), visitor("boris"), visitor("zoe")

    amina.open("/")
    amina.follow("Day shift")
    session = amina.path
    amina.open(f"{session}FIRE/documents/")
    page = amina.page.get_by_role("link", name="How fires start").get_attribute("href")
    file = amina.page.get_by_role("link", name="Extinguisher").get_attribute("href")
    addresses = [session, f"{session}FIRE/", f"{session}FIRE/documents/", page, file, f"{session}FIRE/learners/"]

    boris.open("/")
    boris.sees("Night shift").sees_not("Day shift")
    zoe.open("/")
    zoe.sees("You are not enrolled in a session yet").sees_not("Day shift")
    for address in addresses:
        boris.open(address, status=404)
        zoe.open(address, status=404)
    zoe.sees("There is nothing at this address").look()
    for address in ("/administration/people/", "/administration/sessions/", "/administration/imports/"):
        amina.open(address, status=403)
    amina.sees("You cannot do this here").look()
    amina.open("/courses/FIRE/", status=404)


def test_what_a_file_of_a_course_holds_is_seen_only_from_inside(visitor, fire):
    amina, zoe = visitor("amina"), visitor("zoe")

    amina.open("/")
    amina.follow("Day shift")
    amina.follow("Fire safety")
    amina.follow("Documents")
    amina.follow("Extinguisher")
    source = amina.page.get_by_role("img", name="Extinguisher").get_attribute("src")

    answers = {one: one.page.request.get(one.at.address + source).status for one in (amina, zoe)}
    assert list(answers.values()) == [200, 404]
    assert re.search(r"/files/[0-9a-f-]{36}/", source)
