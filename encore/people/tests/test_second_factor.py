"""The second factor: set up, asked for at sign-in, recovered, reset; and who must have one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from conftest import PASSWORD
from encore.ledger.models import Mail
from encore.people import actions
from encore.people.codes import (
    as_picture,
    as_text,
    code_at,
    fitting_step,
    is_recovery,
    new_recovery_codes,
    new_secret,
    seal,
    unseal,
    wait_after,
)
from encore.people.confirming import CONFIRMED_AT
from encore.people.errors import NoPower, PeopleError, SecondFactorNeeded, TooManyCodes, WrongCode
from encore.people.factors import accept_code, codes_left, factor_of
from encore.people.half_way import HALF_WAY
from encore.people.models import SecondFactor, SignIn
from encore.people.words import Role

RFC_SECRET = b"12345678901234567890"


# Codes


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(seconds, code):
    """RFC 6238, appendix B; its codes have eight digits, of which apps show the last six."""
    assert code_at(RFC_SECRET, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_wrong(at, seconds, fits):
    code = code_at(RFC_SECRET, at + timedelta(seconds=seconds))

    assert (fitting_step(RFC_SECRET, code, at=at, after=0) is not None) == fits


def test_some_wrong_codes_are_free_then_one_waits_longer_and_longer():
    assert [wait_after(n) for n in (0, 4, 5, 6, 7, 30, 1000)] == [0, 0, 30, 60, 120, 900, 900]


def test_a_sealed_secret_is_read_with_an_older_key_too(settings):
    sealed = seal(RFC_SECRET)
    assert RFC_SECRET.hex() not in sealed

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert unseal(sealed) is None
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests"]
    assert unseal(sealed) == RFC_SECRET


def test_recovery_codes_are_all_different_and_of_clear_letters():
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    assert all(is_recovery(code) for code in codes)


def test_the_picture_keeps_to_the_content_security_policy():
    picture = as_picture(RFC_SECRET, "amina")

    assert picture.startswith("<svg ")
    assert "style=" not in picture
    assert "<script" not in picture


# Accepting


@pytest.fixture
def recovery():
    """Amina's recovery codes, filled by `secret`."""
    return []


@pytest.fixture
def secret(amina, recovery):
    """Amina's, whose second factor is on since an hour."""
    secret, then = new_secret(), now() - timedelta(hours=1)
    recovery += actions.set_up_second_factor(amina, secret, code_at(secret, then), at=then)
    return secret


def test_a_code_counts_once(amina, secret):
    at = now()
    code = code_at(secret, at)

    assert accept_code(amina, code, at=at) == SignIn.Way.CODE
    with pytest.raises(WrongCode):
        accept_code(amina, code, at=at + timedelta(seconds=1))


def test_an_older_code_does_not_count_after_a_newer_one(amina, secret):
    at = now()
    accept_code(amina, code_at(secret, at), at=at)

    with pytest.raises(WrongCode):
        accept_code(amina, code_at(secret, at - timedelta(seconds=30)), at=at)


def test_the_code_it_was_set_up_with_does_not_count_again(amina, at):
    secret = new_secret()
    actions.set_up_second_factor(amina, secret, code_at(secret, at), at=at)

    with pytest.raises(WrongCode):
        accept_code(amina, code_at(secret, at), at=at)


@pytest.mark.parametrize("typed", ["{} {}", " {}-{} "])
def test_spaces_in_a_code_do_not_matter(amina, secret, typed):
    at = now()
    code = code_at(secret, at)

    assert accept_code(amina, typed.format(code[:3], code[3:]), at=at) == SignIn.Way.CODE


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "x" * 40])
def test_what_is_no_code_is_a_wrong_one(amina, secret, typed):
    with pytest.raises(WrongCode):
        accept_code(amina, typed, at=now())


def test_a_recovery_code_counts_once_and_its_owner_is_told(amina, secret, recovery):
    typed = f"{recovery[3][:4]}-{recovery[3][4:8]}-{recovery[3][8:]}".upper()

    assert accept_code(amina, typed, at=now()) == SignIn.Way.RECOVERY
    with pytest.raises(WrongCode):
        accept_code(amina, typed, at=now())
    assert codes_left(factor_of(amina)) == 9
    assert Mail.objects.filter(purpose="recovery_code_used", person=amina).count() == 1


def test_codes_do_not_lie_in_the_database_as_they_are(amina, secret, recovery):
    factor = factor_of(amina)

    assert secret.hex() not in factor.secret
    assert not {code.hashed for code in factor.recovery_codes.all()} & set(recovery)


def test_new_recovery_codes_end_those_before(amina, secret, recovery):
    new = actions.renew_recovery_codes(amina, at=now())

    with pytest.raises(WrongCode):
        accept_code(amina, recovery[0], at=now())
    assert accept_code(amina, new[0], at=now()) == SignIn.Way.RECOVERY


def test_after_five_wrong_codes_even_the_right_one_has_to_wait(amina, secret, recovery):
    at = now()
    for _time in range(5):
        with pytest.raises(WrongCode):
            accept_code(amina, "000000", at=at)

    for typed in (code_at(secret, at), recovery[0]):
        with pytest.raises(TooManyCodes):
            accept_code(amina, typed, at=at + timedelta(seconds=29))
    later = at + timedelta(seconds=31)
    assert accept_code(amina, code_at(secret, later), at=later) == SignIn.Way.CODE
    assert factor_of(amina).wrong == 0


def test_waiting_is_not_made_longer_by_trying(amina, secret):
    at = now()
    for second in range(20):
        with pytest.raises(PeopleError):
            accept_code(amina, "000000", at=at + timedelta(seconds=second))

    assert factor_of(amina).wrong == 5


def test_who_owns_the_account_is_told_of_many_wrong_codes(amina, secret):
    SecondFactor.objects.update(wrong=9, wrong_at=now() - timedelta(hours=1))

    with pytest.raises(WrongCode):
        accept_code(amina, "000000", at=now())

    assert Mail.objects.filter(purpose="wrong_codes", person=amina).count() == 1


# Setting up


def set_up(client):
    """Follows the page as a person with an app would; returns the answer."""
    page = client.get("/profile/security/second-factor/").content.decode()
    return client.post("/profile/security/second-factor/", {"code": code_at(secret_in(page), now())})


def secret_in(page):
    from base64 import b32decode

    text = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1]
    return b32decode(text.replace(" ", ""))


def codes_in(answer):
    return re.findall(r"<li><code>([a-z0-9-]+)</code></li>", answer.content.decode())


def test_it_counts_only_after_a_code_of_the_app(client_of, amina):
    client = client_of(amina)

    wrong = client.post("/profile/security/second-factor/", {"code": "000000"})
    assert (wrong.status_code, factor_of(amina)) == (422, None)

    answer = set_up(client)
    assert len(codes_in(answer)) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    assert factor_of(amina)


def test_the_page_keeps_its_secret_until_it_counts(client_of, amina):
    client = client_of(amina)

    first, second = (client.get("/profile/security/second-factor/").content.decode() for _time in range(2))

    assert secret_in(first) == secret_in(second)
    assert as_text(secret_in(first)) in second


def test_there_is_one_secret_at_most(client_of, amina, secret):
    client = client_of(amina)

    assert client.get("/profile/security/second-factor/").url == "/profile/security/"
    assert client.post("/profile/security/second-factor/", {"code": "000000"}).url == "/profile/security/"


def test_setting_up_signs_out_elsewhere(client_of, amina):
    here, elsewhere = client_of(amina), client_of(amina)

    set_up(here)

    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


@pytest.mark.parametrize("page", ["second-factor/", "second-factor/off/", "recovery-codes/"])
def test_what_changes_the_second_factor_asks_first_who_is_there(client_of, amina, secret, page):
    client = client_of(amina)
    session = client.session
    session[CONFIRMED_AT] = 0
    session.save()

    answer = client.post(f"/profile/security/{page}")

    assert (answer.status_code, "Is it you?" in answer.content.decode()) == (403, True)
    assert codes_left(factor_of(amina)) == 10


def test_a_code_answers_as_well_as_the_password(client_of, amina, secret):
    client = client_of(amina)
    session = client.session
    session[CONFIRMED_AT] = 0
    session.save()

    wrong = client.post("/profile/security/second-factor/off/", {"step_up_code": "000000"})
    assert (wrong.status_code, factor_of(amina) is None) == (403, False)
    client.post("/profile/security/second-factor/off/", {"step_up_code": code_at(secret, now())})

    assert factor_of(amina) is None


def test_turning_it_off_is_told_by_mail_and_recorded(client_of, amina, secret, last_verb):
    client_of(amina).post("/profile/security/second-factor/off/")

    assert factor_of(amina) is None
    assert Mail.objects.filter(purpose="second_factor_off", person=amina).count() == 1
    assert last_verb() == "turn off second factor"


@pytest.fixture
def last_verb():
    from encore.ledger.models import AuditEntry

    return lambda: AuditEntry.objects.latest("id").verb


def test_new_recovery_codes_are_shown_once(client_of, amina, secret):
    client = client_of(amina)

    codes = codes_in(client.post("/profile/security/recovery-codes/"))

    assert len(codes) == 10
    assert codes[0] not in client.get("/profile/security/").content.decode()


# Signing in


def sign_in(client, query="", name="amina"):
    return client.post(f"/sign-in/{query}", {"username": name, "password": PASSWORD})


def is_in(client):
    return client.get("/profile/").status_code == 200


def test_after_the_password_nobody_is_signed_in_yet(client, secret):
    answer = sign_in(client)

    assert answer.url == "/sign-in/code/"
    assert not is_in(client)


def test_with_the_code_one_is_and_comes_back_to_the_page_asked_for(client, amina, secret):
    sign_in(client, "?next=/profile/%3Fa%3D1")

    answer = client.post("/sign-in/code/", {"code": code_at(secret, now())})

    assert answer.url == "/profile/?a=1"
    assert is_in(client)
    assert SignIn.objects.get(person=amina).way == SignIn.Way.CODE


def test_a_recovery_code_lets_one_in(client, amina, secret, recovery):
    sign_in(client)
    assert "Recovery code" in client.get("/sign-in/code/?recovery=1").content.decode()

    client.post("/sign-in/code/?recovery=1", {"code": recovery[0]})

    assert is_in(client)
    assert SignIn.objects.get(person=amina).way == SignIn.Way.RECOVERY


def test_a_wrong_code_is_explained(client, secret):
    sign_in(client)

    answer = client.post("/sign-in/code/", {"code": "000000"})

    assert "does not fit" in answer.content.decode()
    assert not is_in(client)


def test_many_wrong_codes_have_to_wait_whoever_sends_them(client, amina, secret):
    for _time in range(6):
        sign_in(client)
        answer = client.post("/sign-in/code/", {"code": "000000"})

    assert "Wait a minute" in answer.content.decode()
    client.post("/sign-in/code/", {"code": code_at(secret, now())})
    assert not is_in(client)


def test_half_way_lasts_ten_minutes(client, secret):
    sign_in(client)
    session = client.session
    session[HALF_WAY] = {**session[HALF_WAY], "until": now().timestamp() - 1}
    session.save()

    answer = client.post("/sign-in/code/", {"code": code_at(secret, now())})

    assert answer.url == "/sign-in/"
    assert not is_in(client)


def test_without_the_password_there_is_nothing_to_enter_a_code_for(client, secret):
    assert client.post("/sign-in/code/", {"code": code_at(secret, now())}).url == "/sign-in/"
    assert not is_in(client)


def test_a_password_that_changes_half_way_ends_it(client, amina, secret):
    sign_in(client)
    amina.set_password("another afternoon")
    amina.save()

    client.post("/sign-in/code/", {"code": code_at(secret, now())})

    assert not is_in(client)


def test_an_account_that_is_closed_half_way_stays_out(client, amina, edna, secret):
    sign_in(client)
    actions.deactivate(amina, by=edna, at=now())

    client.post("/sign-in/code/", {"code": code_at(secret, now())})

    assert not is_in(client)


def test_the_key_of_the_browser_changes_with_each_step(client, secret):
    client.get("/password/set/MQ/a-b/")
    session = client.session
    session["planted"] = True
    session.save()
    keys = [session.session_key]

    sign_in(client)
    keys.append(client.session.session_key)
    client.post("/sign-in/code/", {"code": code_at(secret, now())})
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


def test_a_wrong_password_is_answered_alike_with_and_without_a_second_factor(client, boris, secret):
    answers = {
        client.post("/sign-in/", {"username": name, "password": "wrong"}).status_code for name in ("amina", "boris")
    }

    assert answers == {200}


# Reset by an administrator


def test_an_administrator_resets_it(client_of, amina, edna, secret):
    elsewhere = client_of(amina)

    answer = client_of(edna).post(f"/administration/people/{amina.uuid}/second-factor/")

    assert (answer.url, factor_of(amina)) == (amina.get_absolute_url(), None)
    assert Mail.objects.filter(purpose="second_factor_reset", person=amina).count() == 1
    assert elsewhere.get("/profile/").status_code == 302


def test_nobody_resets_that_of_somebody_with_more_power(client_of, sara, edna, at):
    secret = new_secret()
    actions.set_up_second_factor(edna, secret, code_at(secret, at), at=at)

    assert client_of(sara).post(f"/administration/people/{edna.uuid}/second-factor/").status_code == 403
    with pytest.raises(NoPower):
        actions.reset_second_factor(edna, by=sara, at=at)
    assert factor_of(edna)


def test_nobody_resets_their_own(edna, at):
    secret = new_secret()
    actions.set_up_second_factor(edna, secret, code_at(secret, at), at=at)

    with pytest.raises(PeopleError):
        actions.reset_second_factor(edna, by=edna, at=at)


def test_the_command_line_lets_a_locked_out_administrator_in(edna, at, capsys):
    secret = new_secret()
    actions.set_up_second_factor(edna, secret, code_at(secret, at), at=at)

    call_command("administrator", username="edna", reset_second_factor=True)

    assert factor_of(edna) is None


# Who must have one


@pytest.fixture
def needed(settings):
    settings.SECOND_FACTOR_REQUIRED_FOR = [Role.ADMINISTRATOR]


def test_who_must_have_one_gets_no_further_than_its_page(client_of, edna, needed):
    client = client_of(edna)

    assert client.get("/profile/?a=1").url == "/profile/security/second-factor/?next=%2Fprofile%2F%3Fa%3D1"
    assert client.post("/profile/theme/", {"theme": "dark"}).url == "/"
    assert client.get("/administration/people/", HTTP_HX_REQUEST="true").status_code == 401
    assert client.post("/administration/people/new/").status_code == 302


def test_having_set_it_up_one_goes_on(client_of, edna, needed):
    client = client_of(edna)
    page = client.get("/profile/security/second-factor/?next=/profile/").content.decode()

    answer = client.post(
        "/profile/security/second-factor/", {"code": code_at(secret_in(page), now()), "next": "/profile/"}
    )

    assert 'href="/profile/"' in answer.content.decode()
    assert client.get("/administration/people/").status_code == 200


def test_others_need_none(client_of, amina, needed):
    assert client_of(amina).get("/profile/").status_code == 200


def test_who_must_have_one_cannot_turn_it_off(edna, needed, at):
    secret = new_secret()
    actions.set_up_second_factor(edna, secret, code_at(secret, at), at=at)

    with pytest.raises(SecondFactorNeeded):
        actions.turn_off_second_factor(edna, at=at)


def test_nobody_needs_one_unless_the_operator_says_so(client_of, edna):
    assert client_of(edna).get("/administration/people/").status_code == 200
