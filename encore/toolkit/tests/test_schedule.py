"""Settings inherit, and the stored schedule follows every input."""

from datetime import UTC, datetime, timedelta

import pytest

from encore.courses.actions.enrolment import enrol, set_personal_time
from encore.courses.actions.entering import enter
from encore.courses.actions.session import add_courses, update_session
from encore.courses.context import here_for
from encore.courses.models import CourseExclusion, Enrolment
from encore.courses.moments import MomentError
from encore.toolkit.completion import see
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Schedule
from encore.toolkit.progress import Progress, progress_in, progress_of
from encore.toolkit.publishing import create_item, publish, set_visible
from encore.toolkit.registry import kind_named
from encore.toolkit.schedule import Dates, dates_in, due_next, reschedule
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import Source, effective_in, set_settings

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def ethics(make_course, dolores):
    return make_course("ETH", "Ethics", teachers=[dolores])


@pytest.fixture
def written(ethics, dolores, at):
    """Publish a page in the course; returns a function title → item."""

    def write(title, *, person=dolores, session=None, parent=None, kind="page"):
        here = here_for(person, at=at, session=session.pk if session else None, code="ETH")
        content = kind_named(kind).content()
        draft = create_item(here, kind, title=title, content=content, parent=parent)
        publish([draft], here)
        return draft.item

    return write


@pytest.fixture
def spring(make_session, ethics, amina, chidi):
    return make_session("Spring", [ethics], learners=[amina], coaches=[chidi], opens_at=START, closes_at=END)


def in_session(person, session, at):
    return here_for(person, at=at, session=session.pk, code="ETH")


def moments(**given):
    return {"opens": None, "due": None, "closes": None, **given}


def dates(person, session, item, at):
    return dates_in(in_session(person, session, at), [item]).get(item.pk, Dates())


def test_a_relative_moment_of_the_course_resolves_in_each_session(written, spring, dolores, amina, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="end - 3 days"))

    assert dates(amina, spring, page, at).due == END - timedelta(days=3)


def test_the_session_overrides_the_course_and_says_so(written, spring, dolores, chidi, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="start + 1 week", opens="start"))
    here = in_session(chidi, spring, at)
    set_settings(page, here, **moments(due="never"))

    found = effective_in(here, [page])[page.pk]
    assert (found.values["due"], found.sources["due"]) == ("never", Source.SESSION)
    assert (found.values["opens"], found.sources["opens"]) == ("start", Source.COURSE)
    assert dates(chidi, spring, page, at) == Dates(opens=START)


def test_a_session_added_later_gets_the_dates_of_the_course(written, make_session, ethics, dolores, amina, edna, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="end"))
    later = make_session("Later", learners=[amina], opens_at=START, closes_at=END)

    add_courses(later, [ethics.pk], by=edna, at=at)

    assert dates(amina, later, page, at).due == END


def test_moving_the_session_moves_what_is_due(written, spring, dolores, amina, edna, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="end"))

    update_session(spring, {"closes_at": END + timedelta(days=5)}, by=edna, at=at)

    assert dates(amina, spring, page, at).due == END + timedelta(days=5)


def test_extra_days_move_one_learners_dates_only(written, spring, dolores, amina, boris, edna, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="end"))
    enrol([boris.pk], spring, by=edna, at=at)
    set_personal_time(
        Enrolment.objects.get(person=boris), opens_at=None, closes_at=None, extra_days=2, reason="ill", by=edna, at=at
    )

    assert dates(boris, spring, page, at).due == END + timedelta(days=2)
    assert dates(amina, spring, page, at).due == END
    assert Schedule.objects.count() == 2


def test_in_a_duration_session_dates_count_from_the_first_entry(written, make_session, ethics, dolores, amina, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="start + 1 week"))
    month = make_session("Month", [ethics], learners=[amina], duration_days=30)
    assert dates(amina, month, page, at).due is None

    enter(in_session(amina, month, at))

    assert dates(amina, month, page, at).due == at + timedelta(days=7)


def test_rebuilding_the_schedule_finds_nothing_to_change(written, spring, dolores, boris, edna, at):
    page = written("Rules")
    set_settings(page, here_for(dolores, at=at, code="ETH"), **moments(due="enrolment + 10 days @ 18:00"))
    enrol([boris.pk], spring, by=edna, at=at + timedelta(hours=1))

    assert Schedule.objects.filter(enrolment__isnull=False).count() == 2
    assert reschedule(spring.session_courses.select_related("session"), at=at) == 0


def test_a_bad_moment_says_what_is_wrong_and_changes_nothing(written, spring, chidi, at):
    page = written("Rules")

    with pytest.raises(MomentError):
        set_settings(page, in_session(chidi, spring, at), **moments(due="end minus a bit"))
    assert not Schedule.objects.exists()


def test_a_learner_cannot_set_dates(written, spring, amina, at):
    page = written("Rules")

    with pytest.raises(NotAllowed):
        set_settings(page, in_session(amina, spring, at), **moments(due="never"))


def test_what_is_due_next_is_neither_done_nor_hidden_nor_another_sessions(
    written, spring, make_session, ethics, dolores, amina, chidi, at
):
    course = here_for(dolores, at=at, code="ETH")
    pages = {title: written(title) for title in ("Seen", "Hidden", "Next", "Past")}
    for title, page in pages.items():
        set_settings(page, course, **moments(due="2026-11-20 08:00" if title == "Past" else "end"))
    make_session("Other", [ethics], opens_at=START, closes_at=END)
    set_visible(pages["Hidden"], in_session(chidi, spring, at), False)
    here = in_session(amina, spring, at)
    see(shown_in(here).get(pk=pages["Seen"].pk), here)

    assert [due.title for due in due_next(Enrolment.objects.filter(person=amina), at=at)] == ["Next"]


@pytest.mark.parametrize("after_end", ["read_only", "open", "closed"])
@pytest.mark.parametrize(("opens", "closes"), [(1, 9), (-9, 1), (-9, -1), (None, None), (None, -1), (1, None)])
def test_nothing_is_due_where_a_learner_cannot_work_now(
    written, make_session, ethics, dolores, edna, amina, at, opens, closes, after_end
):
    """Held against the rules, for every state of the session and of the enrolment."""
    days = {name: at + timedelta(days=n) for name, n in (("opens_at", opens), ("closes_at", closes)) if n}
    session = make_session("Any", [ethics], learners=[amina], after_end=after_end, **days)
    set_settings(written("Essay"), here_for(dolores, at=at, code="ETH"), **moments(due="2027-01-01"))
    enrolment = Enrolment.objects.get(person=amina)
    allowed, due = set(), set()

    for state in ("published", "draft", "cancelled", "archived"):
        session = update_session(session, {"state": state}, by=edna, at=at)
        for own in ("active", "suspended", "completed", "withdrawn"):
            Enrolment.objects.update(state=own)
            here = in_session(amina, session, at)
            if here.records:
                allowed.add((state, own))
            if due_next([enrolment], at=at) or due_next([enrolment], at=at, place=here.session_course):
                due.add((state, own))

    assert due == allowed


def test_nothing_is_due_in_a_course_that_a_learner_is_excluded_from(written, spring, dolores, amina, at):
    set_settings(written("Essay"), here_for(dolores, at=at, code="ETH"), **moments(due="end"))
    enrolment = Enrolment.objects.get(person=amina)
    here = in_session(amina, spring, at)
    assert len(due_next([enrolment], at=at)) == 1

    CourseExclusion.objects.create(enrolment=enrolment, session_course=here.session_course, at=at)

    assert due_next([enrolment], at=at) == []


def test_progress_counts_what_shows_to_learners_and_what_they_have_seen(written, spring, amina, chidi, at):
    folder = written("Folder", kind="folder")
    pages = [written("One"), written("Two"), written("In the folder", parent=folder)]
    written("Only here", person=chidi, session=spring)
    here = in_session(amina, spring, at)
    see(shown_in(here).get(pk=pages[0].pk), here)
    place = here.session_course.pk

    assert progress_of([here])[place] == Progress(1, 4)

    set_visible(folder, in_session(chidi, spring, at), False)
    assert progress_of([here])[place] == Progress(1, 3)
    enrolment = Enrolment.objects.get(person=amina)
    assert progress_in(here.session_course, [enrolment])[enrolment.pk] == Progress(1, 3)


def test_progress_of_one_session_never_counts_what_was_seen_in_another(
    written, spring, make_session, ethics, amina, at
):
    page = written("One")
    other = make_session("Other", [ethics], learners=[amina])
    here = in_session(amina, spring, at)
    see(shown_in(here).get(pk=page.pk), here)
    there = in_session(amina, other, at)

    found = progress_of([here, there])

    assert found[here.session_course.pk] == Progress(1, 1)
    assert found[there.session_course.pk] == Progress(0, 1)
