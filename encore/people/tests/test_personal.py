"""Every model says what personal data it holds."""

import pytest
from django.conf import settings
from django.db import models

from encore.base.personal import NOTHING_PERSONAL, Personal, personal_in, tables, what_is_missing
from encore.people.models import Person


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_a_model_says_what_personal_data_it_holds(model):
    assert what_is_missing(model, Person) == []


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_what_hangs_on_rows_about_a_person_is_about_that_person(model):
    """A row that leads to an enrolment is about whoever is enrolled."""
    personal = personal_in(model)
    ways = {way.partition("__")[0] for way in personal.about}
    lead_on = {
        field.name
        for field in model._meta.concrete_fields
        if field.many_to_one or field.one_to_one
        if field.related_model is not Person and (said := personal_in(field.related_model)) and said.about
        if not field.primary_key
    }

    assert not lead_on or lead_on & ways, f"{model._meta.label} leads to a person by {sorted(lead_on)}"


def test_the_ways_to_a_person_lead_to_a_person():
    for model in tables():
        for way in personal_in(model).about:
            target = model
            for step in () if way == "pk" else way.split("__"):
                target = target._meta.get_field(step).related_model
            assert target is Person, f"{model._meta.label}: {way} leads to {target}"


def test_a_model_that_says_too_little_is_told_what_is_missing():
    class Diary(models.Model):
        person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
        line = models.TextField()

        class Meta:
            app_label = "diaries"

    assert "does not say" in what_is_missing(Diary, Person)[0]
    Diary.personal = NOTHING_PERSONAL
    assert what_is_missing(Diary, Person) == ["diaries.Diary.person leads to a person."]
    Diary.personal = Personal(plain=("colour",))
    assert len(what_is_missing(Diary, Person)) == 3  # the key, the text, the column that is not there
    Diary.personal = Personal(about=("person",))
    assert what_is_missing(Diary, Person) == []
