"""What the template tags write."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from encore.base.icons import icon_for_file
from encore.base.marks import draw_mark
from encore.base.states import LOOKS
from encore.base.templatetags import encore as tags

AT = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def written(source: str, **values) -> str:
    with timezone.override("Europe/Brussels"):
        return Template(source).render(Context(values)).strip()


def at_address(query: str) -> dict:
    return {"request": RequestFactory().get(f"/sessions/{query}")}


def test_an_instant_is_shown_in_the_readers_zone():
    assert written("{% when at %}", at=AT) == (
        '<time datetime="2026-11-21T14:00:00+00:00" title="Saturday 21 November 2026, 15:00 (Brussels)">'
        "21 Nov 2026, 15:00</time>"
    )


def test_the_sessions_zone_stands_beside_it_where_it_differs():
    assert written('{% when at "Europe/London" %}', at=AT).endswith('<span class="other-zone">(14:00 in London)</span>')
    assert "other-zone" not in written('{% when at "Europe/Paris" %}', at=AT)


def test_relative_words_carry_the_exact_date_for_screen_readers():
    shown = written("{% when soon relative=True %}", soon=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), at=AT)

    assert '<span aria-hidden="true">in 3 days</span>' in shown
    assert '<span class="sr-only">in 3 days, Tuesday 24 November 2026, 10:00 (Brussels)</span>' in shown


def test_relative_words_speak_of_the_moment_of_the_place():
    assert ">now<" in written("{% when then relative=True %}", then=AT, here=SimpleNamespace(at=AT))


def test_no_instant_shows_nothing():
    assert written("{% when nothing %}{% when nothing relative=True %}") == ""


def test_a_state_is_a_word_with_an_icon():
    assert written('{% state "current" %}').startswith('<span class="state state-go"><svg class="icon"')
    assert ">Current</span>" in written('{% state "current" %}')


def test_a_state_nobody_named_shows_its_own_word():
    assert ">Half baked</span>" in written('{% state "half_baked" %}')


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_state_has_an_icon_that_exists(name):
    assert tags.icon(LOOKS[name].icon) != tags.icon("no such icon")


def test_a_mark_is_always_the_same_for_a_code_and_differs_between_codes():
    assert draw_mark("SAFE-1") == draw_mark(" safe-1 ")
    assert len({draw_mark(f"COURSE-{n}") for n in range(100)}) == 100


def test_a_picture_takes_the_place_of_the_mark():
    course = SimpleNamespace(code="SAFE-1", picture_url='/p"ic.png')

    assert 'src="/p&quot;ic.png"' in written("{% course_mark course %}", course=course)


@pytest.mark.parametrize(
    ("name", "letters"), [("Amina Diallo", "AD"), ("Guus de Wit", "GW"), ("Plato", "P"), ("", ""), (None, "")]
)
def test_initials_are_those_of_the_first_and_last_word(name, letters):
    assert tags.initials(name) == letters


@pytest.mark.parametrize(
    ("name", "icon"), [("a.PDF", "file-text"), ("b.xlsx", "file-spreadsheet"), ("c", "file"), ("d.odd", "file")]
)
def test_a_file_has_the_icon_of_its_ending(name, icon):
    assert icon_for_file(name) == icon


def test_the_query_string_is_changed_and_the_rest_kept():
    shown = written('{% query sort="-title" page=None %}', **at_address("?q=fire&page=3"))

    assert shown == "?q=fire&amp;sort=-title"


def test_kept_fields_are_those_named_and_escaped():
    shown = written('{% kept_fields "list sort" %}', **at_address('?list=past&list="&q=fire'))

    assert shown == ('<input type="hidden" name="list" value="past"><input type="hidden" name="list" value="&quot;">')


@pytest.mark.parametrize(
    ("current", "start", "then"),
    [("", "", "title"), ("title", "", "-title"), ("-title", "", "title"), ("dates", "desc", "-title")],
)
def test_a_click_on_a_column_turns_its_order(current, start, then):
    assert tags.next_sort(current, "title", start) == then


@pytest.mark.parametrize(
    ("number", "numbers"),
    [
        (1, [1, 2, None, 20]),
        (2, [1, 2, 3, None, 20]),
        (10, [1, None, 9, 10, 11, None, 20]),
        (20, [1, None, 19, 20]),
    ],
)
def test_a_pager_shows_both_ends_and_the_neighbours(number, numbers):
    assert tags.pages_of(Paginator(range(400), 20).page(number)) == numbers


@pytest.mark.parametrize(
    ("done", "total", "share"), [(0, 0, 0), (1, 3, 33), (999, 1000, 99), (3, 3, 100), (2, "4", 50)]
)
def test_progress_is_complete_only_when_all_is_done(done, total, share):
    assert tags.percent_of(done, total) == share
