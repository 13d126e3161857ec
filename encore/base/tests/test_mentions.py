"""Finding and replacing the name of one person."""

import pytest

from encore.base.mentions import Words

ZOE = Words([("Zoë", "Quetzal")], ["zquetzal", "zoe@example.org", "Q-4711", "12", "zoq"], "Somebody", alone=["Quetzal"])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Dear Zoë Quetzal,", "Dear Somebody,"),
        ("zoe quetzal was here", "Somebody was here"),
        ("Quetzal, Zoë: Spring", "Somebody: Spring"),
        ("write to ZOE@example.org.", "write to Somebody."),
        ("amina|zquetzal|boris", "amina|Somebody|boris"),
        ("code q-4711", "code Somebody"),
        ("12", "Somebody"),
        ("12 rows", "12 rows"),
        ("zoq left", "Somebody left"),
        ("Zoq Smith left", "Zoq Smith left"),
        ("Maria Quetzal came", "Maria Quetzal came"),
        ("Zoë is Mrs Quetzal", "Somebody is Mrs Somebody"),
        ("xzquetzalx", "xzquetzalx"),
        ("Quetzal", "Somebody"),
        ("quetzal.csv", "Somebody"),
        ("Quetzal birds", "Quetzal birds"),
        ("Dear Zoe\u0308 Quetzal", "Dear Somebody"),
        ("", ""),
    ],
)
def test_a_text_names_the_person_no_more(text, after):
    assert ZOE.replaced(text) == [after]


def test_names_in_json_are_replaced_wherever_they_stand():
    values = {"first": "Zoë", "last": "Quetzal", "list": ["zquetzal", 12], "zquetzal": True}

    after = {"first": "Somebody", "last": "Somebody", "list": ["Somebody", 12], "Somebody": True}
    assert ZOE.replaced(values) == [after]


def test_first_and_last_name_in_two_columns_of_a_row_are_the_person():
    assert ZOE.are_in("Zoë", {"name": "Quetzal"})
    assert not ZOE.are_in("Maria", {"name": "Quetzal"})


def test_a_new_name_that_holds_the_old_is_not_replaced_again():
    words = Words([("Former", "Participant")], ["participant"], "Former participant 3")

    assert words.replaced("Former Participant came") == ["Former participant 3 came"]


def test_somebody_without_any_name_is_nowhere():
    assert not Words([], [], "Somebody").are_in("anything", "")


def test_a_name_written_as_html_is_found():
    words = Words([("Siân", "O'Brien")], [], "Somebody")

    assert words.replaced("<p>Siân O&#x27;Brien</p>") == ["<p>Somebody</p>"]
