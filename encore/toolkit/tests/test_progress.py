"""Progress is kept as things happen, and is always what counting gives."""

import random
from io import StringIO

import pytest
from django.core.management import call_command

from encore.courses.actions.course import delete_course
from encore.courses.actions.enrolment import enrol, exclude, include, withdraw
from encore.courses.actions.session import add_courses, remove_courses
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment, Release, SessionCourse
from encore.ledger.models import Job
from encore.toolkit import counting
from encore.toolkit.completion import complete, see, visit
from encore.toolkit.counting import rebuild, recount
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Completion, CourseProgress, Transfer
from encore.toolkit.outline import outline_in
from encore.toolkit.progress import Progress, computed, progress_among, progress_in, progress_of
from encore.toolkit.publishing import (
    back_to_course,
    create_item,
    move,
    open_draft,
    publish,
    remove,
    set_visible,
)
from encore.toolkit.registry import kind_named, tool_named, tools
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import queries
from encore.toolkit.tests.test_transfer_races import at_once
from encore.toolkit.tracking import results_of
from encore.toolkit.transfer import transfer, undo


def kept():
    rows = CourseProgress.objects.values_list("session_course", "enrolment", "done", "total", "last_at")
    return {(place, enrolment): tuple(figures) for place, enrolment, *figures in rows}


def counted_anew(people):
    """Written once more for the tests, in the plainest way: what a coach finds shown, and who has done it."""
    found = {}
    for place in SessionCourse.objects.select_related("session", "course"):
        here = here_for(people["edna"], at=people["at"], session=place.session_id, code=place.course.code)
        shown = {item.pk for item in shown_in(here) if kind_named(item.kind).counts}
        for enrolment in Enrolment.objects.filter(session=place.session_id):
            done = list(Completion.objects.filter(enrolment=enrolment, session_course=place))
            last = max((one.last_at for one in done), default=None)
            found[place.pk, enrolment.pk] = (sum(one.item_id in shown for one in done), len(shown), last)
    return found


def read(person, session, at, code="ETH"):
    """The figure on the person's own pages."""
    here = here_for(person, at=at, session=session.pk, code=code)
    return progress_of([here])[here.session_course.pk]


def see_in(place, person, session, item):
    here = place(person, session)
    return see(shown_in(here).get(pk=item.pk), here)


def test_what_is_done_is_counted_at_once_and_only_once(place, write, dolores, amina, autumn, at):
    pages = [write(place(dolores), title) for title in ("One", "Two")]

    assert read(amina, autumn, at) == Progress(0, 2)
    see_in(place, amina, autumn, pages[0])
    see_in(place, amina, autumn, pages[0])
    assert read(amina, autumn, at) == Progress(1, 2)

    enrolment, here = Enrolment.objects.get(person=amina), place(amina, autumn)
    for _twice in range(2):
        version = shown_in(here).get(pk=pages[1].pk).version_id
        complete(pages[1], version, enrolment, here.session_course.pk, at=at)
    assert read(amina, autumn, at) == Progress(2, 2)
    assert rebuild() == 0


def test_reading_is_one_query(place, write, dolores, amina, autumn, django_assert_max_num_queries, at):
    see_in(place, amina, autumn, write(place(dolores), "One"))
    here, enrolments = place(amina, autumn), list(Enrolment.objects.all())

    for ask in (
        lambda: progress_of([here]),
        lambda: progress_in(here.session_course, enrolments),
        lambda: progress_among([here.session_course], enrolments),
    ):
        assert queries(django_assert_max_num_queries, 1, ask) == 1


def test_completing_asks_two_queries_more_than_its_own(
    place, write, dolores, amina, autumn, django_assert_max_num_queries, at
):
    item = write(place(dolores), "One")
    here, enrolment = place(amina, autumn), Enrolment.objects.get(person=amina)
    version = shown_in(here).get(pk=item.pk).version_id

    def once_more():
        complete(item, version, enrolment, here.session_course.pk, at=at)

    assert queries(django_assert_max_num_queries, 3, once_more) == 3
    assert queries(django_assert_max_num_queries, 1, once_more) == 1


def test_a_page_that_is_hidden_while_it_is_opened_is_not_counted(place, write, dolores, chidi, amina, autumn, at):
    pages = [write(place(dolores), title) for title in ("One", "Two")]
    here = place(amina, autumn)
    entry = outline_in(here, tool_named("documents")).find(pages[0].uuid)
    set_visible(pages[0], place(chidi, autumn), False)

    visit(entry, here)

    assert read(amina, autumn, at) == Progress(0, 1)
    assert rebuild() == 0


def test_publishing_asks_as_many_queries_for_many_sessions_and_learners_as_for_few(
    place, write, ethics, dolores, amina, boris, make_person, make_session, django_assert_max_num_queries, at
):
    make_session("First", [ethics], learners=[amina])
    write(place(dolores), "Warm")
    here = place(dolores)

    def one_more(title):
        draft = create_item(here, "page", title=title, content=kind_named("page").content())
        return queries(django_assert_max_num_queries, 60, lambda: publish([draft], here))

    few = one_more("One")
    people = [make_person(f"p{n}") for n in range(20)]
    for n in range(5):
        make_session(f"S{n}", [ethics], learners=people)

    assert one_more("Two") == few
    assert set(CourseProgress.objects.values_list("total", flat=True)) == {3}
    assert rebuild() == 0


def test_everybody_has_a_row_in_every_course(make_course, make_session, edna, amina, boris, at):
    courses = [make_course("ETH", "Ethics"), make_course("LAW", "Law")]
    session = make_session("Autumn", courses[:1], learners=[amina])
    add_courses(session, [courses[1].pk], by=edna, at=at)
    enrol([boris.pk], session, by=edna, at=at)

    rows = CourseProgress.objects.filter(session=session)
    assert rows.count() == 4
    assert rows.filter(enrolment__person=boris, session_course__course=courses[1]).exists()


def test_a_row_without_anything_done_keeps_no_course_in_its_session(make_course, make_session, edna, amina, at):
    course = make_course("ETH", "Ethics")
    session = make_session("Autumn", [course], learners=[amina])

    remove_courses(session, [course.pk], by=edna, at=at)
    delete_course(course, by=edna, at=at)

    assert not CourseProgress.objects.exists()


def test_who_is_enrolled_twice_has_two_rows_that_know_nothing_of_each_other(
    place, write, dolores, edna, amina, autumn, at
):
    item = write(place(dolores), "One")
    see_in(place, amina, autumn, item)
    first = Enrolment.objects.get(person=amina)
    withdraw([first], by=edna, at=at, reason="")
    enrol([amina.pk], autumn, by=edna, at=at, returning="again")
    second = Enrolment.objects.get(person=amina, is_latest=True)

    assert read(amina, autumn, at) == Progress(0, 1)
    write(place(dolores), "Two")
    see_in(place, amina, autumn, item)

    rows = {row.enrolment_id: (row.done, row.total) for row in CourseProgress.objects.all()}
    assert rows == {first.pk: (1, 2), second.pk: (1, 2)}
    withdraw([second], by=edna, at=at, reason="")
    assert [result.progress for result in results_of(first)] == [Progress(1, 2)]


def test_exclusion_leaves_the_row_as_it_is(place, write, dolores, edna, amina, autumn, at):
    see_in(place, amina, autumn, write(place(dolores), "One"))
    enrolment, there = Enrolment.objects.get(person=amina), SessionCourse.objects.get(session=autumn)
    exclude(enrolment, there, by=edna, at=at, reason="")

    assert kept()[there.pk, enrolment.pk][:2] == (1, 1)
    assert results_of(enrolment)[0].is_out


def test_the_rows_follow_a_transfer_and_its_way_back(place, write, dolores, edna, amina, autumn, spring, at):
    pages = [write(place(dolores), title) for title in ("One", "Two")]
    see_in(place, amina, autumn, pages[0])
    mine = Enrolment.objects.get(person=amina)
    here, there = (SessionCourse.objects.get(session=session).pk for session in (autumn, spring))

    [moved] = transfer(autumn, [mine.pk], spring, by=edna, at=at, reason="")
    new = Enrolment.objects.get(person=amina, session=spring)
    assert (kept()[here, mine.pk], kept()[there, new.pk]) == ((0, 2, None), (1, 2, at))

    undo(moved, by=edna, at=at)
    assert (kept()[here, mine.pk], kept()[there, new.pk]) == ((1, 2, at), (0, 2, None))


def test_a_row_that_is_missing_is_worked_out_and_made_with_the_next_thing_done(
    place, write, dolores, amina, boris, autumn, spring, at
):
    pages = [write(place(dolores), title) for title in ("One", "Two")]
    see_in(place, amina, autumn, pages[0])
    CourseProgress.objects.all().delete()

    assert read(amina, autumn, at) == Progress(1, 2)
    see_in(place, amina, autumn, pages[1])
    assert [(row.done, row.total) for row in CourseProgress.objects.all()] == [(2, 2)]

    out = StringIO()
    call_command("rebuild", "progress", stdout=out)
    assert out.getvalue().startswith("progress: 1 ")  # Boris's


def test_rebuilding_says_how_many_differed(place, write, dolores, amina, boris, autumn, spring, at):
    see_in(place, amina, autumn, write(place(dolores), "One"))
    right = kept()
    CourseProgress.objects.filter(enrolment__person=amina).update(done=7, last_at=None)

    out = StringIO()
    call_command("rebuild", "progress", stdout=out)

    assert out.getvalue() == "progress: 1 rows differed and were written again.\n"
    assert kept() == right
    assert rebuild() == 0


def test_very_many_learners_are_counted_by_the_worker(place, write, dolores, amina, autumn, at, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    write(place(dolores), "One")

    assert Job.objects.filter(kind="recount course").exists()


# Whatever happens, in whatever order


class Chaos:
    """Two sessions of one course and whoever may do anything there, at random."""

    def __init__(self, seed, place, people, sessions, at):
        self.random = random.Random(seed)
        self.place, self.people, self.sessions, self.at = place, people, sessions, at
        self.told = []

    def somewhere(self):
        """The course itself, or it in one of the sessions: as the administrator, who may do all of it."""
        session = self.random.choice([None, *self.sessions])
        return here_for(self.people["edna"], at=self.at, session=session and session.pk, code="ETH")

    def in_a_session(self):
        session = self.random.choice(self.sessions)
        return here_for(self.people["edna"], at=self.at, session=session.pk, code="ETH")

    def some(self, here, *kinds):
        found = [item for item in shown_in(here, hidden=True) if not kinds or item.kind in kinds]
        return self.random.choice(found) if found else None

    def step(self):
        deed = self.random.choice([self.complete] * 6 + self.DEEDS(self))
        self.told.append(deed.__name__)
        try:
            deed()
        except (NotAllowed, CannotDo) as error:
            self.told.append(f"refused: {error}")

    def complete(self):
        here = self.place(self.random.choice(self.people["learners"]), self.random.choice(self.sessions))
        if not here.records:
            return
        elif self.random.random() < 0.5:
            entries = [one for tool in tools() for one in outline_in(here, tool) if one.kind_of.seen]
            if entries:
                visit(self.random.choice(entries), here)
        elif items := [item for item in shown_in(here) if kind_named(item.kind).seen]:
            see(self.random.choice(items), here)

    def publish(self):
        here = self.somewhere()
        kind = self.random.choice(["page", "page", "folder", "link"])
        folder = self.some(here, "folder") if kind in ("page", "folder") and self.random.random() < 0.7 else None
        values = {"url": "https://example.org"} if kind == "link" else {}
        draft = create_item(here, kind, title=kind, content=kind_named(kind).content(**values), parent=folder)
        publish([draft], here)

    def publish_again(self):
        here = self.somewhere()
        if item := self.some(here):
            publish([open_draft(item, here)], here)

    def hide_or_show(self):
        here = self.somewhere()
        if item := self.some(here):
            set_visible(item, here, self.random.random() < 0.5)

    def back(self):
        here = self.in_a_session()
        if item := self.some(here):
            back_to_course(item, here)

    def move(self):
        here = self.somewhere()
        if item := self.some(here, "page", "folder"):
            move([item], here, parent=self.random.choice([None, self.some(here, "folder")]))

    def remove(self):
        here = self.somewhere()
        if item := self.some(here):
            remove(item, here)

    def pin(self):
        place = self.in_a_session().session_course
        numbers = Release.objects.filter(course=place.course_id, session_course=None).values_list("number", flat=True)
        pin = self.random.choice([None, *numbers])
        SessionCourse.objects.filter(pk=place.pk).update(pinned_release=pin)
        recount([place.pk])

    def put_out_or_in(self):
        place = self.in_a_session().session_course
        enrolment = self.random.choice(Enrolment.objects.filter(session=place.session_id))
        deed = self.random.choice([exclude, include])
        deed(enrolment, place, by=self.people["edna"], at=self.at, **({"reason": ""} if deed is exclude else {}))

    def transfer(self):
        one, other = self.random.sample(self.sessions, 2)
        if live := list(Enrolment.objects.filter(session=one, state="active", is_latest=True)):
            transfer(one, [self.random.choice(live).pk], other, by=self.people["edna"], at=self.at, reason="")

    def undo(self):
        if found := list(Transfer.objects.filter(undone_at=None)):
            undo(self.random.choice(found), by=self.people["edna"], at=self.at)

    def leave_and_return(self):
        enrolment = self.random.choice(Enrolment.objects.filter(is_latest=True))
        by = {"by": self.people["edna"], "at": self.at}
        if enrolment.is_live:
            withdraw([enrolment], reason="", **by)
        else:
            returning = self.random.choice(["again", "restore"])
            enrol([enrolment.person_id], enrolment.session, returning=returning, **by)

    def DEEDS(self, _self):
        often = [self.publish, self.publish_again, self.hide_or_show, self.move] * 2
        return [*often, self.back, self.remove, self.pin, self.put_out_or_in, self.transfer, self.undo] + [
            self.leave_and_return
        ]


@pytest.mark.parametrize("seed", range(6))
def test_the_rows_are_what_counting_gives_whatever_happens(
    seed, place, write, edna, amina, boris, make_person, autumn, spring, at
):
    learners = [amina, boris, make_person("vera"), make_person("wim")]
    enrol([person.pk for person in learners], autumn, by=edna, at=at)
    enrol([learners[2].pk], spring, by=edna, at=at)
    people = {"edna": edna, "at": at, "learners": learners}
    for title in ("One", "Two", "Three"):
        write(place(edna), title)
    chaos = Chaos(seed, place, people, [autumn, spring], at)
    for _step in range(50):
        chaos.step()
        right = counted_anew(people)
        assert kept() == right, "\n".join(chaos.told)
    assert {key: (p.done, p.total) for key, p in computed(right).items()} == {k: v[:2] for k, v in right.items()}
    assert rebuild() == 0
    assert Completion.objects.exists()


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_who_completes_while_somebody_publishes_hides_or_transfers_is_counted(
    place, write, edna, amina, boris, autumn, spring, at
):
    pages = [write(place(edna), f"Page {n}") for n in range(8)]
    people = {"edna": edna, "at": at}

    def read_all(person, session):
        for page in pages:
            here = place(person, session)
            if entry := outline_in(here, tool_named("documents")).find(page.uuid):
                visit(entry, here)

    def change(here):
        for page in pages[::2]:
            set_visible(page, here, False)
            draft = create_item(here, "page", title="New", content=kind_named("page").content())
            publish([draft], here)
            set_visible(page, here, True)

    errors = [
        outcome
        for outcome in at_once(
            lambda: read_all(amina, autumn),
            lambda: read_all(amina, autumn),
            lambda: read_all(boris, spring),
            lambda: change(place(edna)),
            lambda: change(place(edna, autumn)),
        )
        if isinstance(outcome, Exception)
    ]

    assert errors == []
    assert kept() == counted_anew(people)


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_somebody_publishes_is_counted(place, write, edna, make_person, autumn, at):
    people = [make_person(f"p{n}") for n in range(6)]

    def come():
        for person in people:
            enrol([person.pk], autumn, by=edna, at=at)

    outcomes = at_once(come, lambda: [write(place(edna), f"Page {n}") for n in range(6)])

    assert [o for o in outcomes if isinstance(o, Exception)] == []
    assert kept() == counted_anew({"edna": edna, "at": at})
