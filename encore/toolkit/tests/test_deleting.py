"""Deleting courses and sessions takes their content along, and nothing that learners have left."""

import pytest

from encore.courses.actions.course import delete_course
from encore.courses.actions.session import delete_session, remove_courses
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import Course, CourseSession
from encore.toolkit.completion import see
from encore.toolkit.models import Item, Version
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in


def write(here, title="Rules"):
    draft = create_item(here, "page", title=title, content=kind_named("page").content())
    publish([draft], here)
    return draft.item


def test_a_course_that_no_session_uses_goes_with_what_was_published_in_it(make_course, dolores, edna, at):
    course = make_course("ETH", teachers=[dolores])
    write(here_for(dolores, at=at, code="ETH"))

    delete_course(course, by=edna, at=at)

    assert not Course.objects.exists()
    assert not Version.objects.exists()


def test_what_was_written_for_a_session_only_keeps_it(make_course, make_session, dolores, edna, at):
    course = make_course("ETH", teachers=[dolores])
    session = make_session("Spring", [course])
    write(here_for(edna, at=at, session=session.pk, code="ETH"), "Of the session")

    with pytest.raises(CannotDo, match="for this session only"):
        remove_courses(session, [course.pk], by=edna, at=at)
    with pytest.raises(CannotDo, match="for this session only"):
        delete_session(session, by=edna, at=at)


def test_a_session_nobody_was_enrolled_in_goes_and_its_courses_stay(make_course, make_session, dolores, edna, at):
    session = make_session("Spring", [make_course("ETH", teachers=[dolores])])
    write(here_for(dolores, at=at, code="ETH"), "Of the course")

    delete_session(session, by=edna, at=at)

    assert not CourseSession.objects.exists()
    assert Item.objects.count() == 1


def test_a_course_with_records_of_learners_stays_in_the_session(make_course, make_session, dolores, amina, edna, at):
    course = make_course("ETH", teachers=[dolores])
    session = make_session("Spring", [course], learners=[amina])
    item = write(here_for(dolores, at=at, code="ETH"))
    here = here_for(amina, at=at, session=session.pk, code="ETH")
    see(shown_in(here).get(pk=item.pk), here)

    with pytest.raises(CannotDo, match="results of learners"):
        remove_courses(session, [course.pk], by=edna, at=at)
