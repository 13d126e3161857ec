"""The three lists by stored windows are the lists of the rules: held against each other over many random sessions."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from encore.courses.context import places_of
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionCategory,
    SessionCourse,
)
from encore.courses.my_sessions import (
    coach_names,
    enrolment_in,
    lists_of,
    sessions_in,
)
from encore.courses.windows import fill_enrolment, fill_session, terms_of
from encore.courses.words import AfterEnd, EnrolmentState, ListName, SessionState

ZONES = ["Europe/Brussels", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
SESSIONS = 420
# Around the clock change of Europe, among others: windows of a few days have an edge near each of them.
MOMENTS = [
    datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
    datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
]


@pytest.fixture
def crowd(db, amina, boris, at):
    """Many sessions, in which Amina learns, coaches, both or neither; Boris is there so that it is not her alone."""
    chance = Random(7)
    courses = [Course.objects.create(code=f"C{n}", title=f"Course {n}", created_at=at) for n in range(3)]
    sessions = [_session(n, chance, at) for n in range(SESSIONS)]
    for session in sessions:
        fill_session(session)
    CourseSession.objects.bulk_create(sessions)
    places = SessionCourse.objects.bulk_create(
        SessionCourse(session=s, course=c, position=n)
        for number, s in enumerate(sessions)
        for n, c in enumerate(courses[: number % 4])
    )
    enrolments, general, course_coaches = [], [], []
    for session in sessions:
        terms = terms_of(session)
        mine = [(amina, chance.randint(0, 2)), (boris, chance.randint(0, 1))]
        for person, times in mine:
            for number in range(1, times + 1):
                enrolments.append(_enrolment(session, person, number, times, chance, at))
                fill_enrolment(enrolments[-1], terms)
        for person in (amina, boris):
            if chance.random() < 0.25:
                general.append(GeneralCoach(session=session, person=person, **_spell(chance)))
    for place in places:
        if chance.random() < 0.2:
            course_coaches.append(CourseCoach(session_course=place, person=amina, **_spell(chance)))
    Enrolment.objects.bulk_create(enrolments)
    GeneralCoach.objects.bulk_create(general)
    CourseCoach.objects.bulk_create(course_coaches)
    return sessions


def _near(chance: Random) -> datetime:
    """Some instant near one of the moments; often exactly on it."""
    return chance.choice(MOMENTS) + chance.choice([0, 0, 1, -1, 24, -24, 24 * 20, -24 * 20]) * timedelta(hours=1)


def _perhaps(chance: Random, likely: float = 0.5) -> datetime | None:
    return _near(chance) if chance.random() < likely else None


def _pair(chance: Random, likely: float = 0.5) -> tuple[datetime | None, datetime | None]:
    opens, closes = _perhaps(chance, likely), _perhaps(chance, likely)
    if opens and closes and closes <= opens:
        closes = opens + timedelta(hours=chance.choice([1, 30, 24 * 40]))
    return opens, closes


def _session(number: int, chance: Random, at: datetime) -> CourseSession:
    duration = chance.choice([None, None, 0, 1, 30])
    opens, closes = (None, None) if duration is not None else _pair(chance)
    shown = (_perhaps(chance), _perhaps(chance)) if chance.random() < 0.2 else (None, None)
    return CourseSession(
        title=f"Session {number}",
        search_text=f"session {number}",
        state=chance.choice([*[SessionState.PUBLISHED] * 5, *SessionState]),
        time_zone=chance.choice(ZONES),
        opens_at=opens,
        closes_at=closes,
        duration_days=duration,
        shown_from=shown[0],
        shown_until=shown[1],
        coach_days_before=chance.choice([0, 0, 1, 21]),
        coach_days_after=chance.choice([0, 0, 1, 21]),
        coach_opens_at=_perhaps(chance, 0.15),
        coach_closes_at=_perhaps(chance, 0.15),
        after_end=chance.choice(list(AfterEnd)),
        created_at=at,
        changed_at=at,
    )


def _enrolment(session, person, number, times, chance, at):
    latest = number == times
    opens, closes = _pair(chance, 0.2)
    states = list(EnrolmentState) if latest else [EnrolmentState.WITHDRAWN, EnrolmentState.COMPLETED]
    return Enrolment(
        session=session,
        person=person,
        number=number,
        is_latest=latest,
        state=chance.choice([EnrolmentState.ACTIVE, *states]) if latest else chance.choice(states),
        opens_at=opens,
        closes_at=closes,
        extra_days=chance.choice([0, 0, 1, 25]),
        first_entered_at=_perhaps(chance),
        enrolled_at=at,
    )


def _spell(chance: Random) -> dict:
    return {"from_at": _perhaps(chance, 0.3), "until_at": _perhaps(chance, 0.3)}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_lists_by_stored_windows_are_the_lists_of_the_rules(crowd, amina, moment):
    by_rules = {
        pk: here.list_name for pk, (here, _courses) in places_of(amina, crowd, at=moment).items() if here.list_name
    }

    by_rows = {mine.session_id: mine.list_name for mine in lists_of(amina, at=moment)}

    assert by_rows == by_rules
    counts = Counter(by_rows.values())
    assert set(counts) == set(ListName) and min(counts.values()) > 3  # none of the lists is empty by chance
    assert len(by_rows) < len(crowd)


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_session_is_in_exactly_one_list(crowd, amina, moment):
    ids = [mine.session_id for mine in lists_of(amina, at=moment)]

    assert len(ids) == len(set(ids))


def test_all_lists_are_one_query_and_a_page_of_one_is_another(crowd, amina, at, django_assert_num_queries):
    with django_assert_num_queries(1):
        lists = lists_of(amina, at=at)

    with django_assert_num_queries(1):
        page = sessions_in(amina, lists.current[:24], at=at)
        enrolments = {e.pk for session in page if (e := enrolment_in(session))}

    assert [session.pk for session in page] == [mine.session_id for mine in lists.current[:24]]
    assert enrolments == set(
        Enrolment.objects.filter(person=amina, is_latest=True, session__in=page).values_list("pk", flat=True)
    )


def _make(at, title, **values):
    session = CourseSession(title=title, created_at=at, changed_at=at, time_zone="UTC", state="published", **values)
    fill_session(session)
    session.save()
    return session


def _enrol(session, person, at, **values):
    enrolment = Enrolment(session=session, person=person, enrolled_at=at, **values)
    fill_enrolment(enrolment, terms_of(session))
    enrolment.save()
    return enrolment


def _titles(person, at, name):
    return [session.title for session in sessions_in(person, lists_of(person, at=at)[name], at=at)]


def test_current_sessions_come_by_their_own_end_and_endless_ones_last(amina, at):
    _enrol(_make(at, "Endless"), amina, at)
    _enrol(_make(at, "In nine days", closes_at=at + timedelta(days=9)), amina, at)
    _enrol(_make(at, "In two days", closes_at=at + timedelta(days=2)), amina, at)
    _enrol(_make(at, "Extended", closes_at=at + timedelta(days=1)), amina, at, extra_days=30)

    assert _titles(amina, at, ListName.CURRENT) == ["In two days", "In nine days", "Extended", "Endless"]


def test_upcoming_sessions_come_by_their_start(amina, at):
    _enrol(_make(at, "Later", opens_at=at + timedelta(days=9)), amina, at)
    _enrol(_make(at, "Sooner", opens_at=at + timedelta(days=2)), amina, at)

    assert _titles(amina, at, ListName.UPCOMING) == ["Sooner", "Later"]


def test_past_sessions_come_latest_first(amina, at):
    _enrol(_make(at, "Long ago", closes_at=at - timedelta(days=90)), amina, at)
    _enrol(_make(at, "Lately", closes_at=at - timedelta(days=2)), amina, at)
    _enrol(_make(at, "Completed without an end"), amina, at, state="completed")

    assert _titles(amina, at, ListName.PAST) == ["Lately", "Long ago", "Completed without an end"]


def test_a_coach_finds_a_session_by_the_coaches_window(amina, chidi, at):
    session = _make(at, "Soon", opens_at=at + timedelta(days=5), coach_days_before=7)
    GeneralCoach.objects.create(session=session, person=chidi)
    _enrol(session, amina, at)

    assert _titles(chidi, at, ListName.CURRENT) == ["Soon"]
    assert _titles(amina, at, ListName.UPCOMING) == ["Soon"]


def test_the_search_finds_words_of_the_session_and_of_its_courses(amina, at):
    first_aid = Course.objects.create(code="AID-1", title="Première aide", created_at=at)
    spring, autumn = _make(at, "Spring intake"), _make(at, "Autumn intake")
    SessionCourse.objects.create(session=autumn, course=first_aid)
    _enrol(spring, amina, at)
    _enrol(autumn, amina, at)
    lists = lists_of(amina, at=at)

    def titles(q):
        return sorted(session.title for session in sessions_in(amina, lists.found(q).current, at=at))

    assert titles("") == ["Autumn intake", "Spring intake"]
    assert titles("SPRING") == ["Spring intake"]
    assert titles("premiere intake") == ["Autumn intake"]
    assert titles("aid-1 spring") == []


def test_search_and_category_leave_what_they_find_and_keep_the_choices(amina, boris, at):
    spring = SessionCategory.objects.create(name="Spring")
    elsewhere = SessionCategory.objects.create(name="Elsewhere")
    _enrol(_make(at, "Current one", category=spring), amina, at)
    _enrol(_make(at, "Another"), amina, at)
    _enrol(_make(at, "Over", category=spring, closes_at=at), amina, at)
    _enrol(_make(at, "Not hers", category=elsewhere), boris, at)

    lists = lists_of(amina, at=at)

    assert lists.counts == {"current": 2, "upcoming": 0, "past": 1}
    assert lists.categories == [(spring.pk, "Spring")]
    assert lists.found("another").counts == {"current": 1, "upcoming": 0, "past": 0}
    assert lists.found(category=spring.pk).counts == {"current": 1, "upcoming": 0, "past": 1}
    assert lists.found("over", spring.pk).counts == {"current": 0, "upcoming": 0, "past": 1}


def test_coaches_come_with_their_session_general_ones_first_and_each_once(amina, chidi, dolores, at):
    session = _make(at, "Two courses")
    places = [
        SessionCourse.objects.create(
            session=session, course=Course.objects.create(code=f"C{n}", title=f"C{n}", created_at=at)
        )
        for n in range(2)
    ]
    GeneralCoach.objects.create(session=session, person=dolores)
    for place in places:
        CourseCoach.objects.create(session_course=place, person=chidi)
    CourseCoach.objects.create(session_course=places[0], person=amina, until_at=at)
    _enrol(session, amina, at)

    (fetched,) = sessions_in(amina, lists_of(amina, at=at).current, at=at)

    assert coach_names(fetched) == ["Dolores Ruiz", "Chidi Obi"]


def test_who_learns_and_coaches_finds_a_session_once_with_the_learners_window(amina, at):
    session = _make(at, "Both", closes_at=at + timedelta(days=3), coach_days_after=9)
    GeneralCoach.objects.create(session=session, person=amina)
    _enrol(session, amina, at)

    (mine,) = lists_of(amina, at=at)

    assert mine.window.closes_at == at + timedelta(days=3)


def test_the_lists_tell_in_passing_who_writes_a_course(amina, boris, dolores, at, django_assert_num_queries):
    course = Course.objects.create(code="ETH", title="Ethics", created_at=at)
    CourseTeacher.objects.create(course=course, person=boris, kind="assistant")

    with django_assert_num_queries(3):
        writes = [lists_of(person, at=at).writes_courses for person in (amina, boris, dolores)]

    assert writes == [False, True, True]
    assert list(lists_of(boris, at=at)) == []
