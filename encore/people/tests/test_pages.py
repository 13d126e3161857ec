"""Administration of people and classes, through its pages."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from encore.ledger.models import AuditEntry, Mail
from encore.people import actions
from encore.people.models import Person, SchoolClass
from encore.people.signals import ClassUse, class_uses
from encore.people.words import Permission, Role

PEOPLE = "/administration/people/"
CLASSES = "/administration/classes/"
NEW = {
    "first_name": "Farah",
    "last_name": "Aziz",
    "username": "farah",
    "email": "farah@example.org",
    "official_code": "",
    "phone": "",
    "language": "",
    "time_zone": "",
    "expires_on": "",
    "way": "invitation",
    "password": "",
}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def of(person, page=""):
    return f"{PEOPLE}{person.uuid}/{page}"


def facts_of(person, **changes):
    names = ("first_name", "last_name", "username", "email", "official_code", "phone", "language", "time_zone")
    return {
        **{name: getattr(person, name) for name in names},
        "roles": sorted(person.roles),
        "expires_on": "",
        **changes,
    }


def rows(response):
    return [person.username for person in response.context["page"]]


# Who gets in


@pytest.mark.parametrize("address", [PEOPLE, PEOPLE + "new/", CLASSES, CLASSES + "new/"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 403),
        (Role.TEACHER, 403),
        (Role.HR_MANAGER, 403),
        (Role.SESSION_ADMINISTRATOR, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_administration_opens_to_those_who_administer(make_person, client_of, address, role, status):
    client = client_of(make_person("somebody", "Some", "Body", *([role] if role else [])))

    assert client.get(address).status_code == status


def test_everything_is_behind_sign_in(client, amina):
    for address in (PEOPLE, of(amina), of(amina, "edit/"), CLASSES, "/people/find/?q=a", "/profile/"):
        assert client.get(address).url.startswith("/sign-in/?next=/")


# The list


@pytest.fixture
def crowd(make_person, at):
    """Thirty people of every kind, some in a class."""
    school_class = SchoolClass.objects.create(name="Nurses", created_at=at)
    for n in range(30):
        person = make_person(
            f"p{n:02}", f"First{n:02}", f"Last{n:02}", *([Role.TEACHER] if n % 3 == 0 else []), is_active=n % 5 != 0
        )
        if n % 2:
            school_class.members.create(person=person, at=at)
    return school_class


def test_the_list_asks_as_many_queries_for_thirty_as_for_three(client_of, edna, crowd, django_assert_num_queries):
    client = client_of(edna)
    for _n in range(2):
        client.get(PEOPLE)  # the first reading in an hour is recorded, and then remembered

    for q in ("p0", "p"):
        with django_assert_num_queries(5):  # sign-in, person, count, page, classes to filter by
            client.get(PEOPLE, {"q": q, "state": "all"})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"q": "AMINA"}, ["amina"]),
        ({"q": "haddad ami"}, ["amina"]),
        ({"q": "amina@example"}, ["amina"]),
        ({"q": "zolkiewska"}, ["zofia"]),
        ({"q": "Żółkiewska"}, ["zofia"]),
        ({"q": "C-77"}, ["zofia"]),
        ({"q": "nobody"}, []),
        ({"role": "teacher"}, ["dolores"]),
        ({"role": "none", "sort": "username"}, ["amina", "zofia"]),
        ({"role": "' OR 1=1", "q": "amina"}, ["amina"]),
        ({"state": "deactivated"}, ["gone"]),
        ({"state": "invited", "q": "example", "sort": "-username"}, ["zofia", "dolores", "amina"]),
        ({"state": "all", "sort": "username"}, ["amina", "dolores", "edna", "gone", "zofia"]),
        ({"sort": "-name"}, ["zofia", "dolores", "edna", "amina"]),
        ({"sort": "password"}, ["amina", "edna", "dolores", "zofia"]),
        ({"page": "999", "q": "amina"}, ["amina"]),
        ({"school_class": "²", "q": "amina"}, ["amina"]),
        ({"school_class": "9" * 40}, []),
        ({"q": "ami\0na"}, ["amina"]),
        ({"sort": "-last_login"}, ["edna", "zofia", "dolores", "amina"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(client_of, edna, amina, dolores, make_person, filters, expected):
    make_person("zofia", "Zofia", "Żółkiewska", official_code="C-77")
    make_person("gone", is_active=False)
    Person.objects.filter(pk=edna.pk).update(last_login=now())

    assert rows(client_of(edna).get(PEOPLE, filters)) == expected


def test_the_list_is_filtered_by_class(client_of, edna, crowd):
    found = rows(client_of(edna).get(PEOPLE, {"school_class": crowd.pk, "state": "all"}))

    assert found == [f"p{n:02}" for n in range(1, 30, 2)]


def test_the_list_shows_fifty_to_a_page(client_of, edna, make_person):
    for n in range(55):
        make_person(f"p{n:02}")

    assert len(rows(client_of(edna).get(PEOPLE))) == 50
    assert len(rows(client_of(edna).get(PEOPLE, {"page": 2}))) == 6


def test_names_are_written_out_safely(client_of, edna, make_person):
    mallory = make_person("mallory", "<script>alert(1)</script>", '"><img src=x>')

    for page in (
        client_of(edna).get(PEOPLE),
        client_of(edna).get(of(mallory)),
        client_of(edna).get(of(mallory, "edit/")),
    ):
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content


def test_people_are_found_as_one_types(client_of, edna, amina, make_person):
    make_person("gone", "Amina", "Gone", is_active=False)

    found = client_of(edna).get("/people/find/", {"q": "ami"}).json()

    assert found == {"results": [{"id": amina.pk, "label": "Amina Haddad", "detail": "amina"}]}


def test_who_chooses_nobody_looks_nobody_up(client_of, amina, henri):
    for person in (amina, henri):
        assert client_of(person).get("/people/find/", {"q": "edna"}).status_code == 403


# Creating


def test_a_person_is_added_and_invited(client_of, edna):
    answer = client_of(edna).post(PEOPLE + "new/", {**NEW, "roles": ["teacher", "hr_manager"]})

    farah = Person.objects.get(username="farah")
    assert answer.url == of(farah)
    assert farah.roles == {Role.TEACHER, Role.HR_MANAGER}
    assert Mail.objects.get().purpose == "invitation"


def test_a_person_is_added_with_a_password(client_of, client, edna):
    client_of(edna).post(PEOPLE + "new/", {**NEW, "email": "", "way": "password", "password": "grey herons"})

    client.post("/sign-in/", {"username": "farah", "password": "grey herons"})
    assert client.get("/profile/").status_code == 200
    assert not Mail.objects.exists()


def test_a_persons_last_day_is_included(client_of, edna):
    client_of(edna).post(PEOPLE + "new/", {**NEW, "expires_on": "2027-06-30"})

    assert Person.objects.get(username="farah").expires_at.isoformat() == "2027-06-30T22:00:00+00:00"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"username": "AMINA"}, "Somebody already has this username"),
        ({"email": "AMINA@example.org"}, "Another active account already has this e-mail address"),
        ({"username": "two words"}, "A username has letters, digits"),
        ({"email": "nowhere"}, "valid e-mail"),
        ({"email": ""}, "An invitation needs an e-mail address"),
        ({"way": "password"}, "Enter a password"),
        ({"way": "password", "password": "short"}, "too short"),
        ({"way": "password", "password": "farah@example.or"}, "too similar"),
        ({"way": "telepathy"}, "Select a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "There is no time zone named Mars/Olympus"),
        ({"expires_on": "31/31/2027"}, "valid date"),
        ({"roles": ["emperor"]}, "only roles that you have yourself"),
        ({"first_name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client_of, edna, amina, sent, sentence):
    answer = client_of(edna).post(PEOPLE + "new/", {**NEW, "phone": "0471 23", **sent})

    assert sentence.casefold() in words(answer).casefold().replace("email", "e-mail")
    assert 'value="0471 23"' in answer.content.decode()
    assert not Person.objects.filter(first_name="Farah").exists()


def test_a_name_taken_in_the_same_moment_is_told_in_the_same_words(client_of, edna, amina, monkeypatch):
    monkeypatch.setattr("encore.people.forms.people_by_email", lambda addresses: {})
    monkeypatch.setattr("encore.people.forms.people_by_username", lambda names: {})

    same_address = client_of(edna).post(PEOPLE + "new/", {**NEW, "email": "Amina@example.org"})
    same_name = client_of(edna).post(PEOPLE + "new/", {**NEW, "username": "Amina"})

    assert "Another active account already has this e-mail address" in words(same_address)
    assert "Somebody already has this username" in words(same_name)


# Editing


def test_a_person_is_edited_and_the_change_shown(client_of, edna, amina):
    client = client_of(edna)

    client.post(of(amina, "edit/"), facts_of(amina, last_name="Haddad-Roy", roles=["teacher"]))

    page = words(client.get(of(amina)))
    assert "Amina Haddad-Roy" in page
    assert "Last name: Haddad → Haddad-Roy" in page
    assert "Roles: Teacher" in page


def test_editing_keeps_an_exact_end_that_was_not_touched(client_of, edna, amina):
    amina.expires_at = now().replace(microsecond=0) + timedelta(days=30)
    amina.save()
    shown = client_of(edna).get(of(amina, "edit/")).context["form"].initial["expires_on"]

    client_of(edna).post(of(amina, "edit/"), facts_of(amina, phone="1", expires_on=shown.isoformat()))

    before = amina.expires_at
    amina.refresh_from_db()
    assert (amina.expires_at, amina.phone) == (before, "1")


def test_a_refused_edit_changes_nothing_and_keeps_what_was_typed(client_of, edna, amina, boris):
    answer = client_of(edna).post(of(amina, "edit/"), facts_of(amina, username="BORIS", roles=["teacher"]))

    amina.refresh_from_db()
    assert 'value="BORIS"' in answer.content.decode()
    assert (amina.username, amina.roles) == ("amina", frozenset())


def test_the_last_administrator_is_told_why(client_of, edna):
    answer = client_of(edna).post(of(edna, "edit/"), facts_of(edna, roles=[]))

    assert "This is the only active administrator" in words(answer)


def test_an_account_is_closed_and_opened(client_of, edna, amina):
    client = client_of(edna)
    assert "What stays" in words(client.get(of(amina, "deactivation/")))

    client.post(of(amina, "deactivation/"))
    assert "This account is deactivated" in words(client.get(of(amina)))

    client.post(of(amina, "reactivation/"))
    assert "This account is deactivated" not in words(client.get(of(amina)))


def test_nobody_closes_their_own_account(client_of, edna):
    answer = client_of(edna).post(of(edna, "deactivation/"), follow=True)

    assert "You cannot deactivate your own account" in words(answer)


def test_letters_are_sent_from_a_persons_page(client_of, edna, amina, make_person):
    client = client_of(edna)
    client.post(of(amina, "invitation/"))
    client.post(of(amina, "password-reset/"))

    assert [mail.purpose for mail in Mail.objects.order_by("id")] == ["invitation", "password_reset"]
    mute = make_person("mute", email="")
    assert "no e-mail address" in words(client.post(of(mute, "invitation/"), follow=True))


def test_a_persons_page_asks_few_queries(client_of, edna, amina, django_assert_max_num_queries):
    for n in range(30):
        actions.update_person(amina, {"phone": str(n)}, by=edna, at=now())
        actions.join_class(actions.create_class(f"C{n}", by=edna, at=now()), [amina], by=edna, at=now())

    client = client_of(edna)
    with django_assert_max_num_queries(10):
        client.get(of(amina))


# Power over people, through every page

PAGES = [
    ("get", "edit/"),
    ("post", "edit/"),
    ("get", "deactivation/"),
    ("post", "deactivation/"),
    ("post", "reactivation/"),
    ("post", "invitation/"),
    ("post", "password-reset/"),
]
ALLOWED = {
    Role.ADMINISTRATOR: {None, *Role},
    Role.SESSION_ADMINISTRATOR: {None, Role.SESSION_ADMINISTRATOR},
}


@pytest.mark.parametrize("subject_role", [None, *Role])
@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_keeps_to_power_over_people(make_person, client_of, edna, permit, role, subject_role):
    permit(Role.SESSION_ADMINISTRATOR, *Permission)
    actor = make_person("actor", "Actor", "One", *([role] if role else []))
    subject = make_person("subject", "Subject", "Two", *([subject_role] if subject_role else []))
    client, sent = client_of(actor), facts_of(subject, phone="1")

    answers = [getattr(client, method)(of(subject, page), sent).status_code for method, page in PAGES]

    if subject_role in ALLOWED.get(role, set()):
        assert answers == [200 if method == "get" else 302 for method, _page in PAGES]
    else:
        assert answers == [403] * len(PAGES)
        assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("page", ["new", "edit"])
@pytest.mark.parametrize("given", Role)
def test_no_form_gives_a_role_that_one_lacks(client_of, sara, amina, given, page):
    if page == "new":
        answer = client_of(sara).post(PEOPLE + "new/", {**NEW, "roles": [given]})
    else:
        answer = client_of(sara).post(of(amina, "edit/"), facts_of(amina, roles=[given]))

    has = Person.objects.filter(username__in=["farah", "amina"], **{f"is_{given}": True}).exists()
    assert has is (given == Role.SESSION_ADMINISTRATOR)
    if not has:
        assert "only roles that you have yourself" in words(answer)


def test_a_session_administrator_sees_that_an_administrator_is_out_of_reach(client_of, sara, edna):
    page = client_of(sara).get(of(edna))

    assert "You can look, but not change" in words(page)
    assert of(edna, "edit/") not in page.content.decode()


def test_an_unknown_person_is_not_found(client_of, edna):
    assert client_of(edna).get(PEOPLE + "7ce3231a-4a49-48d1-a178-4a42e7b01305/").status_code == 404


# Classes


@pytest.fixture
def nurses(edna, at):
    return actions.create_class("Nurses", "Evening course", by=edna, at=at)


def test_a_class_is_made_renamed_and_deleted(client_of, edna):
    client = client_of(edna)

    made = client.post(CLASSES + "new/", {"name": "  Nurses  2026 ", "description": "Evening"})
    client.post(made.url + "edit/", {"name": "Nurses 2027", "description": ""})
    assert "Nurses 2027" in words(client.get(made.url))

    assert client.post(made.url + "deletion/").url == CLASSES
    assert client.get(made.url).status_code == 404


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "required"), ("nurses", "already a class with this name"), ("x" * 151, "at most 150")]
)
def test_a_name_that_cannot_be_is_refused_and_kept(client_of, edna, nurses, name, sentence):
    answer = client_of(edna).post(CLASSES + "new/", {"name": name, "description": "what I typed"})

    assert sentence in words(answer)
    assert "what I typed" in answer.content.decode()


def test_a_class_is_not_renamed_to_the_name_of_another(client_of, edna, nurses):
    other = actions.create_class("Drivers", by=edna, at=now())

    answer = client_of(edna).post(f"{CLASSES}{other.uuid}/edit/", {"name": "NURSES", "description": ""})

    assert "already a class with this name" in words(answer)


def test_people_are_added_and_removed_as_changes(client_of, edna, nurses, amina, boris, chidi):
    client, people = client_of(edna), f"{CLASSES}{nurses.uuid}/people/"
    actions.join_class(nurses, [chidi], by=edna, at=now())

    answer = client.post(people + "?q=a", {"add": [amina.pk, boris.pk]})
    client.post(people, {"remove": [boris.pk]})

    assert answer.url == f"{CLASSES}{nurses.uuid}/?q=a"
    assert {member.person for member in nurses.members.all()} == {amina, chidi}


def test_nonsense_among_the_ids_changes_nothing(client_of, edna, nurses):
    sent = {"add": ["x", "-1", "9" * 30, "٣", "999999"], "remove": ["1; DROP"]}

    answer = client_of(edna).post(f"{CLASSES}{nurses.uuid}/people/", sent, follow=True)

    assert "Nothing was chosen" in words(answer)
    assert not nurses.members.exists()


def test_the_page_of_a_class_asks_as_many_queries_for_thirty_as_for_three(client_of, edna, nurses, make_person):
    client = client_of(edna)
    for _n in range(2):
        client.get(f"{CLASSES}{nurses.uuid}/")  # the first reading in an hour is recorded, and then remembered
    counts = []
    for first, last in ((0, 3), (3, 33)):
        people = [make_person(f"p{n}") for n in range(first, last)]
        actions.join_class(nurses, people[: len(people) // 2 + 1], by=edna, at=now())
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{CLASSES}{nurses.uuid}/")
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_the_list_of_classes_counts_people_without_a_query_each(client_of, edna, crowd, at, django_assert_num_queries):
    for n in range(30):
        SchoolClass.objects.create(name=f"C{n:02}", created_at=at)

    client = client_of(edna)
    with django_assert_num_queries(4):  # sign-in, person, count, page
        page = client.get(CLASSES, {"sort": "-people"}).context["page"]

    assert (page[0].name, page[0].people_count, page[1].name) == ("Nurses", 15, "C00")


@pytest.fixture
def used(nurses):
    def answer(sender, *, school_classes, by, **kwargs):
        return [ClassUse(nurses.pk, "Induction <b>", "/somewhere/", by.is_administrator)]

    class_uses.connect(answer)
    yield
    class_uses.disconnect(answer)


def test_a_class_in_use_says_where_and_is_kept(client_of, edna, nurses, used):
    answer = client_of(edna).post(f"{CLASSES}{nurses.uuid}/deletion/")

    assert answer.status_code == 409
    assert "cannot be deleted" in words(answer)
    assert "Induction &lt;b&gt;" in answer.content.decode()
    assert SchoolClass.objects.filter(pk=nurses.pk).exists()


def test_a_class_of_others_sessions_is_shown_without_the_means_to_change_it(client_of, sara, nurses, amina, used):
    client = client_of(sara)

    assert "Only an administrator changes" in words(client.get(f"{CLASSES}{nurses.uuid}/"))
    client.post(f"{CLASSES}{nurses.uuid}/people/", {"add": [amina.pk]})
    assert not nurses.members.exists()


# The command


def administrator(**options):
    call_command("administrator", **options)


def test_the_command_makes_the_first_administrator(db, client):
    administrator(username="root", email="root@example.org", password="grey herons")

    root = Person.objects.get()
    assert (root.roles, root.name) == ({Role.ADMINISTRATOR}, "Root Administrator")
    client.post("/sign-in/", {"username": "root", "password": "grey herons"})
    assert client.get("/profile/").status_code == 200


def test_the_command_promotes_and_reopens_an_account(amina, edna, client):
    actions.deactivate(amina, by=edna, at=now())

    administrator(username="AMINA")

    amina.refresh_from_db()
    assert (amina.is_active, amina.roles, amina.last_name) == (True, {Role.ADMINISTRATOR}, "Haddad")


@pytest.fixture
def keyboard(monkeypatch):
    """Somebody sits there: keyboard(line, …, passwords=[…]) types what is asked for."""

    def types(*lines, passwords=()):
        answers, secrets = iter(lines), iter(passwords)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda question: next(answers))
        monkeypatch.setattr("encore.people.management.commands.administrator.getpass", lambda question: next(secrets))

    return types


def test_the_command_asks_for_what_is_not_given(db, keyboard, capsys):
    keyboard("root", "root@example.org", passwords=["grey herons", "grey herons"])

    administrator()

    root = Person.objects.get()
    assert (root.username, root.email, root.check_password("grey herons")) == ("root", "root@example.org", True)
    assert "grey herons" not in capsys.readouterr().out


def test_two_different_passwords_make_nobody(db, keyboard):
    keyboard("root", "root@example.org", passwords=["grey herons", "gray herons"])

    with pytest.raises(CommandError, match="different"):
        administrator()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "password12"}, "too common"),
        ({"password": "grey herons", "email": "nowhere"}, "not an e-mail address"),
        ({"password": "grey herons", "email": "edna@example.org"}, "already has this e-mail"),
        ({"password": "grey herons", "username": "a b"}, "A username has letters"),
        ({}, "add --password"),
        ({"password": "grey herons", "email": ""}, "add --email"),
    ],
)
def test_the_command_refuses_in_words_and_writes_nothing(edna, options, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)):
        administrator(**{"username": "root", "email": "root@example.org", **options})

    assert Person.objects.count() == 1
