"""Names: how they are written and sorted, whatever letters they have and whatever database sorts them."""

import importlib

import pytest
from django.apps import apps
from django.utils.timezone import now

from encore.people.actions.accounts import NewPerson, create_people, update_people, update_person
from encore.people.actions.classes import create_class
from encore.people.models import Person, SchoolClass
from encore.people.queries import classes_list, people_list, search_classes

NAMES = [("Aoife", "Ó Briain"), ("Ola", "Żółkiewski"), ("Emre", "Öztürk"), ("Ann", "Wood"), ("Bo", "oberg")]
SORTED = ["Ó Briain", "oberg", "Öztürk", "Wood", "Żółkiewski"]


def last_names(people):
    return [person.last_name for person in people]


@pytest.fixture
def named(make_person):
    return [make_person(f"p{n}", first, last) for n, (first, last) in enumerate(NAMES)]


def test_people_are_sorted_by_name_whatever_its_accents(named):
    assert last_names(people_list()) == SORTED
    assert last_names(people_list(sort="-name")) == SORTED[::-1]
    assert last_names(Person.objects.all()) == SORTED


def test_equal_last_names_are_sorted_by_first_name(make_person):
    for n, first in enumerate(("Zoë", "Élise", "Emil")):
        make_person(f"p{n}", first, "Roy")

    assert [person.first_name for person in people_list()] == ["Élise", "Emil", "Zoë"]


def test_people_created_and_changed_many_at_once_are_sorted_too(edna, at):
    new = [
        NewPerson(facts={"username": f"p{n}", "first_name": first, "last_name": last})
        for n, (first, last) in enumerate(NAMES)
    ]
    people = create_people(new, by=edna, at=at)

    update_people([(people[0], {"last_name": "Ýr"})], by=edna, at=at)
    update_person(people[3], {"last_name": "Ångström"}, by=edna, at=at)

    others = people_list().exclude(pk=edna.pk)
    assert last_names(others) == ["Ångström", "oberg", "Öztürk", "Ýr", "Żółkiewski"]


def test_somebody_without_a_name_is_sorted_by_username(make_person):
    nameless = make_person("Mallory")
    nameless.first_name = nameless.last_name = ""
    nameless.save()
    make_person("a", "Zed", "Aziz")
    make_person("z", "Ann", "Zorn")

    assert last_names(people_list()) == ["Aziz", "", "Zorn"]


def test_a_new_version_sorts_those_who_were_here_before(named):
    Person.objects.update(sort_name="")
    migration = importlib.import_module("encore.people.migrations.0003_sort_by_name")

    migration.fold_names(apps, None)

    assert last_names(people_list()) == SORTED


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [("Amina", "Haddad", "Haddad, Amina"), ("", "Suprapto", "Suprapto"), ("Cher", "", "Cher"), ("", "", "p1")],
)
def test_lists_write_the_last_name_first_and_a_single_name_alone(first, last, written):
    assert Person(username="p1", first_name=first, last_name=last).listed_name == written


def test_classes_are_sorted_and_found_whatever_their_accents(db, edna):
    for name in ("Éclairage", "Zoologie", "botanique", "Économie"):
        create_class(name, by=edna, at=now())

    assert [c.name for c in classes_list()] == ["botanique", "Éclairage", "Économie", "Zoologie"]
    assert [c.name for c in SchoolClass.objects.all()] == ["botanique", "Éclairage", "Économie", "Zoologie"]
    assert [c.name for c in search_classes("economie")] == ["Économie"]


def test_the_lists_of_people_write_a_single_name_without_a_comma(client_of, edna, amina, make_session):
    Person.objects.filter(pk=amina.pk).update(first_name="", last_name="Suprapto")
    session = make_session("Spring", learners=[amina])
    browser = client_of(edna)

    for page in ("/administration/people/", f"/administration/sessions/{session.pk}/?tab=people"):
        html = browser.get(page).content.decode()
        assert "Suprapto<" in html
        assert "Suprapto," not in html
