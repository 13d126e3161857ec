"""Step-up: what is dangerous asks first who is there, and then does what was asked."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from conftest import PASSWORD
from encore.config import urls
from encore.people.confirming import CONFIRMED_AT
from encore.people.decorators import recently_confirmed

QUESTION = "Is it you?"
done: list[dict] = []


@recently_confirmed(_("A session is deleted for good."))
def deed(request):
    done.append({name: request.POST.getlist(name) for name in request.POST if not name.startswith("step_up")})
    return HttpResponse("done")


@recently_confirmed("What was recorded leaves the platform.", reading=True)
def letters(request):
    return HttpResponse("many letters")


urlpatterns = [*urls.urlpatterns, path("deed/", deed, name="deed"), path("letters/", letters, name="letters")]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


@pytest.fixture
def browser(client_of, amina):
    """A browser in which Amina signed in an hour ago."""
    return left_open(client_of(amina))


def left_open(client, minutes=60):
    session = client.session
    session[CONFIRMED_AT] = int((now() - timedelta(minutes=minutes)).timestamp())
    session.save()
    return client


def hidden_fields(answer):
    page = answer.content.decode()
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page[page.index("<main") :])
    return [(name, unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


def answer_with(browser, question, password=PASSWORD, address="/deed/", **headers):
    sent: dict = {}
    for name, value in hidden_fields(question):
        sent.setdefault(name, []).append(value)
    return browser.post(address, {**sent, "step_up_password": password}, headers=headers)


def test_who_has_just_signed_in_is_not_asked(client_of, amina):
    assert client_of(amina).post("/deed/", {"a": "1"}).content == b"done"


def test_after_a_while_the_question_comes_before_the_deed(browser):
    answer = browser.post("/deed/", {"a": "1"})

    assert answer.status_code == 403
    assert QUESTION in answer.content.decode()
    assert "A session is deleted for good." in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert done == []


def test_the_deed_is_done_as_it_was_sent(browser):
    question = browser.post("/deed/?x=1", {"a": ["1", "2"], "text": "<b>&quot;</b>"})
    assert 'action="/deed/?x=1"' in question.content.decode()

    answer = browser.post("/deed/?x=1", {"a": ["1", "2"], "text": "<b>", "step_up_password": PASSWORD})

    assert answer.content == b"done"
    assert done == [{"a": ["1", "2"], "text": ["<b>"]}]


def test_everything_that_was_sent_stands_in_the_question(browser):
    question = browser.post("/deed/", {"a": ["1", "2"], "csrfmiddlewaretoken": "x"})

    assert hidden_fields(question) == [("a", "1"), ("a", "2")]


def test_what_was_sent_is_shown_as_text_and_nothing_else(browser):
    question = browser.post("/deed/", {"a": '"><script>alert(1)</script>'})

    assert "<script>alert" not in question.content.decode()


def test_once_answered_one_is_left_in_peace_for_a_while(browser):
    answer_with(browser, browser.post("/deed/"))

    assert browser.post("/deed/").content == b"done"
    assert left_open(browser, minutes=14).post("/deed/").content == b"done"
    assert left_open(browser, minutes=15).post("/deed/").status_code == 403


def test_how_long_is_a_setting(browser, settings):
    settings.CONFIRMATION_MINUTES = 61

    assert browser.post("/deed/").content == b"done"


def test_a_wrong_password_asks_again_and_keeps_what_was_sent(browser):
    question = browser.post("/deed/", {"a": "1"})

    again = answer_with(browser, question, "wrong")

    assert "This is not your password" in again.content.decode()
    assert hidden_fields(again) == [("a", "1")]
    assert done == []


def test_somebody_elses_password_is_a_wrong_one(browser, boris):
    boris.set_password("another afternoon")
    boris.save()

    assert answer_with(browser, browser.post("/deed/"), "another afternoon").status_code == 403


def test_whose_username_is_the_address_of_another_gives_the_own_password(client_of, make_person, boris):
    mallory = make_person("boris@example.org", email="mallory@example.org")
    boris.set_password("another afternoon")
    boris.save()
    browser = left_open(client_of(mallory))

    assert answer_with(browser, browser.post("/deed/"), "another afternoon").status_code == 403
    assert answer_with(browser, browser.post("/deed/")).content == b"done"


def test_too_many_wrong_passwords_close_the_door(browser, settings):
    settings.AXES_FAILURE_LIMIT = 3
    question = browser.post("/deed/", {"username": "somebody-else"})

    for _round in range(3):
        answer = answer_with(browser, question, "wrong")
    right = answer_with(browser, question)

    assert (answer.status_code, right.status_code, done) == (429, 429, [])
    assert re.search("in 1[45] minutes", " ".join(re.sub(r"<[^>]+>", " ", right.content.decode()).split()))


def test_attempts_here_count_as_attempts_to_sign_in(browser, client, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _round in range(3):
        answer_with(browser, browser.post("/deed/"), "wrong")

    answer = client.post("/sign-in/", {"username": "amina", "password": PASSWORD})

    assert answer.status_code == 429


def test_a_form_that_waits_is_not_kept_with_the_wrong_attempts(browser):
    from axes.models import AccessAttempt

    browser.post("/deed/", {"step_up_password": "wrong", "secret": "of the form"})

    assert "of the form" not in AccessAttempt.objects.get().post_data


def test_reading_asks_only_where_it_was_said(browser):
    assert browser.get("/deed/").content == b"done"
    assert browser.get("/letters/").status_code == 403


def test_after_reading_was_asked_about_one_gets_to_the_page(browser):
    question = browser.get("/letters/?q=a&b=2", HTTP_REFERER="http://testserver/profile/?x=1")
    assert 'action="/confirm/"' in question.content.decode()

    wrong = answer_with(browser, question, "wrong", "/confirm/")
    assert "What was recorded leaves the platform." in wrong.content.decode()
    answer = answer_with(browser, wrong, address="/confirm/")

    assert answer.headers["Refresh"] == "0; url=/letters/?q=a&b=2"
    assert 'href="http://testserver/profile/?x=1"' in answer.content.decode()
    assert browser.get("/letters/?q=a&b=2").content == b"many letters"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", ""])
def test_the_answer_never_leads_to_another_site(browser, back):
    answer = browser.post("/confirm/", {"next": back, "step_up_password": PASSWORD})

    assert answer.headers["Refresh"] == "0; url=/"
    assert "evil" not in answer.content.decode()


def test_what_the_question_is_for_cannot_be_made_up_by_others(browser):
    answer = browser.post("/confirm/", {"next": "/", "what_for": "Call this number"})

    assert "Call this number</strong>" not in answer.content.decode()


def test_files_are_named_since_they_have_to_be_chosen_again(browser):
    question = browser.post("/deed/", {"a": "1", "file": SimpleUploadedFile("people.csv", b"x")})

    assert "people.csv" in question.content.decode()


def test_htmx_shows_the_question_instead_of_the_page(browser):
    question = browser.post("/deed/", {"a": "1"}, HTTP_HX_REQUEST="true")

    assert (question.status_code, question.headers["HX-Retarget"]) == (200, "#content")
    assert hidden_fields(question) == [("a", "1")]
    assert done == []


def test_a_script_is_told(browser):
    answer = browser.post("/deed/", HTTP_ACCEPT="application/json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")


def test_the_question_is_protected_against_other_sites(amina):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(amina, backend="encore.people.sign_in.UsernameOrEmail")

    assert strict.post("/deed/", {"step_up_password": PASSWORD}).status_code == 403
    assert done == []


def test_who_acts_as_somebody_gives_the_own_password(client_of, amina, edna, rf):
    from encore.people.confirming import question_before

    edna.set_password("the password of edna")
    edna.save()

    def asked(password):
        request = rf.post("/deed/", {"step_up_password": password})
        request.user, request.acting, request.session = amina, edna, {}
        return question_before(request, at=now())

    assert asked(PASSWORD) is not None
    assert asked("the password of edna") is None
