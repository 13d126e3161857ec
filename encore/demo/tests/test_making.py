"""Making the demo: on any day, again, after a kill, and where it does not belong."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from encore.courses.models import Course, CourseSession
from encore.courses.rules import tab_of
from encore.courses.windows import terms_of
from encore.demo import stages
from encore.demo.stages import NoPlace, is_there, make_demo, stages_done
from encore.ledger.models import AuditEntry
from encore.people.models import Person


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),  # tomorrow in Brussels, today in Montréal
        datetime(2026, 3, 29, 2, 30, tzinfo=UTC),  # an hour after the clocks changed in Europe
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # half past two in Brussels, for the first time
    ],
    ids=str,
)
def test_it_can_be_made_on_any_day(db, moment):
    list(make_demo(moment))

    tabs = {tab_of(terms_of(session), moment) for session in CourseSession.objects.all()}
    assert len(tabs) == 3
    assert not AuditEntry.objects.filter(at__gt=moment).exists()


def test_a_second_run_changes_nothing_and_says_so(db, at, monkeypatch):
    monkeypatch.setattr(stages, "STAGES", stages.STAGES[:1])
    list(make_demo(at))
    before = AuditEntry.objects.count()
    out = StringIO()

    call_command("demo", stdout=out)

    assert out.getvalue().strip() == "The demo is here already; nothing was changed."
    assert AuditEntry.objects.count() == before


def test_who_was_killed_goes_on_around_the_same_day(db, at, monkeypatch):
    made = []
    later = [stages.Stage(name, name, lambda centre: made.append(centre.at)) for name in ("two", "three")]
    monkeypatch.setattr(stages, "STAGES", [stages.STAGES[0], *later])
    next(making := make_demo(at))  # killed after the first stage
    making.close()
    assert not is_there()

    said = list(make_demo(at + timedelta(days=3)))

    assert said == ["two", "three"]
    assert made == [at, at]
    assert is_there()


def test_a_stage_that_breaks_leaves_nothing_behind(db, at, monkeypatch):
    def breaks(centre):
        stages.courses(centre)
        raise KeyboardInterrupt

    monkeypatch.setattr(stages, "STAGES", [stages.STAGES[0], stages.Stage("courses", "", breaks)])

    with pytest.raises(KeyboardInterrupt):
        list(make_demo(at))

    assert not Course.objects.exists()
    assert set(stages_done()) == {"people"}


def test_it_refuses_where_there_are_people(amina, at):
    with pytest.raises(NoPlace, match="--anyway"):
        list(make_demo(at))

    assert list(Person.objects.all()) == [amina]


def test_the_command_tells_that_others_are_here_by_its_exit_code(edna):
    with pytest.raises(CommandError, match="There are people here already.") as refused:
        call_command("demo")

    assert refused.value.returncode == 3


def test_no_logins_are_printed_where_people_only_share_names_with_the_demo(edna, capsys):
    call_command("demo", "--logins")

    assert capsys.readouterr().out == "There is no demo here. Make it with: encore demo\n"


def test_it_comes_anyway_if_that_is_wanted(make_person, at, monkeypatch):
    make_person("olaf")
    monkeypatch.setattr(stages, "STAGES", stages.STAGES[:1])

    list(make_demo(at, anyway=True))

    assert Person.objects.filter(username="boris").exists()


def test_it_never_comes_over_a_name_that_is_taken(amina, at):
    with pytest.raises(NoPlace, match="taken: amina"):
        list(make_demo(at, anyway=True))

    assert list(Person.objects.all()) == [amina]


def test_the_command_says_why_it_refuses(amina):
    with pytest.raises(CommandError, match="people here already"):
        call_command("demo", stdout=StringIO())


def test_logins_of_no_demo_are_none(db):
    out = StringIO()

    call_command("demo", "--logins", stdout=out)

    assert out.getvalue().startswith("There is no demo here.")
