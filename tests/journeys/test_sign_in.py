"""Coming in, and what helps when it does not work at once."""

import re

from playwright.sync_api import expect


def test_a_wrong_password_is_explained_and_the_right_one_leads_to_the_page_asked_for(visitor):
    amina = visitor()

    amina.open("/profile/")
    amina.look()
    amina.weigh_first_visit()
    amina.fill("Username or e-mail", "amina")
    amina.fill("Password", "a noisy morning")
    amina.press("Sign in")

    amina.sees("This name and this password do not belong together.").look()
    expect(amina.field("Username or e-mail")).to_have_value("amina")

    amina.fill("Password", "a quiet afternoon")
    amina.press("Sign in")

    assert amina.path == "/profile/"
    amina.look()
    amina.press("Your menu: Amina Haddad")
    amina.look()
    amina.press("Sign out")
    amina.open("/")
    expect(amina.heading).to_have_text("Sign in")


def test_a_forgotten_password_is_set_again_with_the_link_of_a_letter(visitor):
    ruth, edna = visitor(), visitor("edna")

    ruth.open("/")
    ruth.follow("Forgotten your password?")
    ruth.look()
    ruth.fill("Username or e-mail", "ruth@example.org")
    ruth.press("Send the link")
    ruth.sees("a letter with a link is on its way").look()

    edna.open("/administration/mail/?q=ruth")
    edna.look()
    edna.page.get_by_role("table").get_by_role("link").first.click()
    expect(edna.page.locator(".letter")).to_contain_text("/password/set/")
    edna.look()
    letter = edna.page.locator(".letter").inner_text()
    link = re.search(r"http://\S+/password/set/\S+/", letter)[0]

    ruth.open(link)
    ruth.look()
    ruth.fill("New password", "a brighter evening")
    ruth.fill("The same again", "a brighter evening")
    ruth.press("Set the password")
    ruth.sees("You can sign in with it now.").look()
    ruth.sign_in("ruth", "a brighter evening")

    ruth.sees("You are not enrolled in a session yet").look()


def test_on_a_phone_the_menu_leads_everywhere(visitor):
    edna = visitor("edna", viewport={"width": 360, "height": 780})

    edna.open("/")
    edna.press("Menu")
    edna.page.get_by_role("navigation", name="Main").get_by_text("Administration").click()
    edna.look()
    edna.page.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()

    expect(edna.heading).to_have_text("People")
