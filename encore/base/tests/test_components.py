"""What the components write: what is easy to get wrong, not every line of them."""

from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils.html import escape

HOSTILE = '"><script>alert(1)</script>"'


class SessionForm(forms.Form):
    title = forms.CharField(help_text="People find the session by it.")
    email = forms.EmailField(required=False)
    access = forms.ChoiceField(choices=[("always", "Always"), ("dates", "By dates")], widget=forms.RadioSelect)
    body = forms.CharField(required=False, widget=forms.Textarea(attrs={"data-editor": ""}))
    mail = forms.BooleanField(required=False, label="Mail them")
    file = forms.FileField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["access"].explanations = {"dates": "From one date to another."}


def written(source: str, **values) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    request = RequestFactory().get("/sessions/?list=past")
    return Template(CottonCompiler().process(source)).render(Context({"request": request, **values}))


@pytest.mark.parametrize(
    "source",
    [
        '<c-button :value="words" name="x">Go</c-button>',
        '<c-button value="{{ words }}" name="x">Go</c-button>',
        '<c-button :href="words">Go</c-button>',
        '<c-card :title="words" :href="words" />',
        '<c-page-head title="{{ words }}" :subtitle="words" />',
        '<c-section :title="words" :data-x="words"> </c-section>',
        '<c-menu :of="words" id="m"><c-menu-item :action="words" :value="words">{{ words }}</c-menu-item></c-menu>',
        '<c-picker-row way="add" :value="words" label="{{ words }}" :detail="words" />',
        '<c-plan-row :line="2" state="refuse" :subject="words" :reasons="many" />',
        '<c-filters :value="words" placeholder="{{ words }}" />',
        '<c-filter-select name="c" label="C" :options="options" :value="words" />',
        '<c-avatar :name="words" :picture="words" />',
        '<c-read-only-bar :sentence="words" :ask="many" />',
        '<c-file :name="words" :href="words" size="12" />',
        '<c-notice :title="words">{{ words }}</c-notice>',
        '<c-progress :value="1" :max="2" :label="words" :text="words" />',
        '<c-combobox name="people" label="People" :chosen="people" :found="people" :query="words" />',
    ],
)
def test_words_that_people_typed_stay_words(source):
    shown = written(
        source,
        words=HOSTILE,
        many=[HOSTILE],
        options=[(HOSTILE, HOSTILE)],
        people=[{"id": HOSTILE, "label": HOSTILE, "detail": HOSTILE}],
    )

    assert "<script" not in shown
    assert "script" in shown


def test_a_button_with_an_address_is_a_link():
    assert '<a href="/x/" class="button button-secondary"' in written(
        '<c-button href="/x/" variant="secondary">Go</c-button>'
    )
    assert '<button type="submit" class="button button-primary"' in written("<c-button>Go</c-button>")


def test_an_attribute_that_is_false_is_left_out():
    assert "disabled" not in written('<c-button :disabled="no">Go</c-button>', no=False)
    assert "disabled" in written('<c-button :disabled="yes">Go</c-button>', yes=True)


def test_a_field_ties_label_help_and_error_together():
    form = SessionForm({"title": ""})

    shown = written('<c-field :field="form.title" />', form=form)

    assert '<label class="field-label" for="id_title">' in shown
    assert 'aria-describedby="id_title_helptext id_title_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_title_helptext"' in shown
    assert 'id="id_title_error"' in shown


def test_a_field_without_fault_says_nothing_of_one():
    shown = written('<c-field :field="form.email" />', form=SessionForm())

    assert "aria-invalid" not in shown
    assert "required" not in shown
    assert 'autocomplete="email"' in shown


def test_choices_stand_in_a_group_and_are_explained():
    shown = written('<c-field :field="form.access" />', form=SessionForm())

    assert '<fieldset class="choices" id="id_access"' in shown
    assert '<p class="choice-explained" id="id_access_1_explained">From one date to another.</p>' in shown
    assert 'aria-describedby="id_access_1_explained"' in shown


def test_a_rich_text_field_keeps_its_textarea():
    shown = written('<c-field :field="form.body" />', form=SessionForm(initial={"body": "<p>Hi</p>"}))

    assert 'role="toolbar"' in shown
    assert f"{escape('<p>Hi</p>')}</textarea>" in shown


def test_the_summary_of_faults_leads_to_each_field():
    shown = written('<c-form-errors :form="form" />', form=SessionForm({"title": "", "access": "x"}))

    assert '<a href="#id_title">Title</a>' in shown
    assert '<a href="#id_access_0">Access</a>' in shown


def test_a_form_with_a_file_is_sent_in_parts():
    assert 'enctype="multipart/form-data"' in written('<c-form :form="form" submit="Save" />', form=SessionForm())


def test_a_form_shows_its_fields_unless_it_is_given_some():
    form = SessionForm()

    assert written('<c-form :form="form" submit="Save" />', form=form).count('class="field ') == 6
    assert (
        written('<c-form :form="form"><c-field :field="form.title" /></c-form>', form=form).count('class="field ') == 1
    )


def test_what_a_page_calls_title_does_not_leak_into_a_component():
    shown = written("<c-empty>Nothing.</c-empty><c-notice>Note.</c-notice>", title="LEAK", actions="LEAK", side="LEAK")

    assert "LEAK" not in shown


def test_a_menu_posts_through_the_one_form_of_the_page():
    shown = written('<c-menu id="m" of="Fire safety"><c-menu-item action="/delete/">Delete</c-menu-item></c-menu>')

    assert 'popovertarget="m"' in shown
    assert 'form="post" formaction="/delete/"' in shown
    assert "<form" not in shown


def test_menus_without_an_id_do_not_meet():
    shown = written("{% for n in numbers %}<c-menu>x</c-menu>{% endfor %}", numbers=range(50))

    ids = {part.split('"')[0] for part in shown.split('popovertarget="')[1:]}
    assert len(ids) == 50


def test_the_column_that_sorts_says_so():
    shown = written(
        '<c-th name="title" :sort="sort">Title</c-th><c-th name="dates" :sort="sort">Dates</c-th>', sort="-title"
    )

    assert shown.count("aria-sort") == 1
    assert 'aria-sort="descending"' in shown
    assert 'href="?list=past&amp;sort=title"' in shown
    assert 'href="?list=past&amp;sort=dates"' in shown


def test_a_single_page_has_no_pager():
    assert "<nav" not in written('<c-pages :page="page" />', page=Paginator(range(5), 20).page(1))
    assert "21–40 of 45" in written('<c-pages :page="page" />', page=Paginator(range(45), 20).page(2))


def test_a_job_that_is_over_is_not_asked_for_again():
    running = SimpleNamespace(state="running", done=1, total=3, message="", is_over=False)
    over = SimpleNamespace(state="done", done=3, total=3, message="", is_over=True)

    assert 'hx-trigger="every 1s"' in written('<c-job :job="job" url="/j/" label="Import" />', job=running)
    assert "hx-trigger" not in written('<c-job :job="job" url="/j/" label="Import" />', job=over)


def test_a_fixed_row_of_a_picker_cannot_be_moved():
    shown = written('<c-picker-row way="remove" value="4" label="Ivo" fixed="through Class 2B" />')

    assert "<button" not in shown
    assert "<input" not in shown
    assert "through Class 2B" in shown


def test_the_page_of_a_failure_needs_nothing():
    shown = get_template("500.html").render({"reference": "7F3K-2Q"})

    assert "7F3K-2Q" in shown


@pytest.mark.parametrize("name", ["403.html", "404.html", "400.html", "csrf.html", "closed_door.html"])
def test_the_pages_of_refusal_need_no_context_of_their_own(name):
    assert "<h1>" in render_to_string(name, {"frame": {}})


def test_the_search_of_a_picker_keeps_what_it_is_told():
    shown = written('<c-picker id="people" keep="list" q="fire" available-label="Everyone" />')

    assert '<input type="hidden" name="list" value="past">' in shown
    assert 'id="people-q" name="q" value="fire"' in shown
    assert 'hx-target="#people-available"' in shown
