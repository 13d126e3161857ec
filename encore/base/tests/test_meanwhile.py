"""Two people edit the same thing: what the second is told, and what becomes of what was typed."""

from datetime import date, time

import pytest
from django import forms
from django.http import QueryDict

from encore.base.meanwhile import RemembersWhatItShowed, over_theirs


class Edition(RemembersWhatItShowed):
    sends_changes = ("people",)

    title = forms.CharField(label="Title")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    day = forms.DateField(label="Day", required=False)
    clock = forms.TimeField(label="Time", required=False)
    seats = forms.IntegerField(label="Seats", required=False)
    open = forms.BooleanField(label="Open", required=False)
    end = forms.ChoiceField(label="End", choices=[("open", "Accessible"), ("closed", "Closed")])
    roles = forms.MultipleChoiceField(label="Roles", required=False, choices=[("a", "Author"), ("b", "Boss")])
    people = forms.CharField(required=False)


THERE = {
    "title": "Spring",
    "note": "One\nTwo",
    "day": date(2026, 3, 1),
    "clock": time(8, 0),
    "seats": 12,
    "open": True,
    "end": "open",
    "roles": ["b", "a"],
    "people": "1",
}
TYPED = {
    "title": "Spring",
    "note": "One\r\nTwo",
    "day": "2026-03-01",
    "clock": "08:00",
    "seats": "12",
    "open": "on",
    "end": "open",
    "roles": ["a", "b"],
    "people": "1",
}


def sent(**changes):
    data = QueryDict(mutable=True)
    for name, value in {**TYPED, "shown": Edition(initial=THERE)["shown"].value(), **changes}.items():
        if value is not None:
            data.setlist(name, value if isinstance(value, list) else [value])
    return data


def over(there, data):
    return over_theirs(lambda typed: Edition(typed, initial={**THERE, **there}), data, lambda: "last")


def told(form):
    return [(change.label, change.before, change.now, change.yours) for change in form.clash]


def test_what_nobody_else_touched_is_ready_to_be_saved():
    form = over({}, sent(title="Autumn"))

    assert form.is_ready()
    assert form.status == 200
    assert "shown" not in form.cleaned_data


@pytest.mark.parametrize(
    ("there", "before", "now"),
    [
        ({"title": "Summer"}, "Spring", "Summer"),
        ({"day": date(2026, 4, 2)}, "1 March 2026", "2 April 2026"),
        ({"day": None}, "1 March 2026", "none"),
        ({"clock": time(9, 30)}, "08:00", "09:30"),
        ({"seats": None}, "12", "none"),
        ({"open": False}, "yes", "no"),
        ({"end": "closed"}, "Accessible", "Closed"),
        ({"note": "x" * 300}, "One\nTwo", "x" * 200 + "…"),
    ],
)
def test_what_somebody_else_changed_is_told_before_it_is_undone(there, before, now):
    form = over(there, sent())

    assert not form.is_ready()
    assert form.status == 409
    assert [(change.before, change.now, change.yours) for change in form.clash] == [(before, now, None)]
    assert form.last_change == "last"


def test_what_was_left_alone_takes_their_value_and_what_was_typed_stays():
    form = over({"title": "Summer", "seats": 9, "open": False, "roles": ["b"]}, sent(seats="20"))

    assert told(form) == [
        ("Title", "Spring", "Summer", None),
        ("Seats", "12", "9", "20"),
        ("Open", "yes", "no", None),
        ("Roles", "Author, Boss", "Boss", None),
    ]
    assert (form["title"].value(), form["seats"].value(), form["open"].value()) == ("Summer", "20", False)
    assert form["roles"].value() == ["b"]


def test_sent_again_it_is_an_informed_wish():
    there = {"title": "Summer", "seats": 9}
    merged = over(there, sent(seats="20"))

    again = over(there, merged.data)

    assert again.is_ready()
    assert (again.cleaned_data["title"], again.cleaned_data["seats"]) == ("Summer", 20)


def test_who_says_the_same_as_they_do_is_no_conflict():
    assert over({"title": "Summer"}, sent(title=" Summer ")).is_ready()


def test_a_second_click_finds_its_own_change_and_no_conflict():
    assert over({"title": "Autumn", "seats": 1}, sent(title="Autumn", seats="1")).is_ready()


def test_fields_that_send_changes_never_clash():
    assert over({"people": "1,2"}, sent()).is_ready()


@pytest.mark.parametrize("shown", [None, "", "x", "[]", "3", '{"title": 5}', '{"nothing": "x"}'])
def test_who_sends_no_word_of_what_was_shown_is_not_asked(shown):
    assert over({"note": "Other"}, sent(shown=shown)).is_ready()


def test_what_cannot_be_read_is_told_as_it_was_typed_and_stays_wrong():
    form = over({"day": date(2026, 4, 2)}, sent(day="soon"))

    assert told(form) == [("Day", "1 March 2026", "2 April 2026", "soon")]
    assert "day" in form.errors


def test_long_texts_travel_as_a_digest():
    there = {"note": "y" * 5000}
    data = sent(note="y" * 5000, shown=Edition(initial={**THERE, **there})["shown"].value())

    assert len(data["shown"]) < 1000
    assert over(there, data).is_ready()
    assert told(over({"note": "z"}, data)) == [("Note", "a longer text", "z", None)]
