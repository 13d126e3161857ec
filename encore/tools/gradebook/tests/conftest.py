from decimal import Decimal as D

import pytest

from encore.courses.models import Enrolment
from encore.toolkit.grading import give, publish_grade
from encore.toolkit.tests.places import *  # noqa: F403  the fixtures
from encore.toolkit.totals import book_in


@pytest.fixture
def essay(write, place, dolores):
    """A column of the course, graded by hand out of 20."""
    return write(place(dolores), "Essay", kind="column", out_of=D(20))


@pytest.fixture
def exam(write, place, dolores):
    """A test of the course."""
    return write(place(dolores), "Exam", kind="test", sections=[])


@pytest.fixture
def enrolment_of():
    return lambda person, session: Enrolment.objects.get(person=person, session=session, is_latest=True)


@pytest.fixture
def got(enrolment_of, place, at):
    """got(amina, autumn, exam, "8", "10") → what the tool says she got."""

    def publish(person, session, item, points, out_of):
        here = place(person, session)
        return publish_grade(
            enrolment_of(person, session),
            session_course=here.session_course.pk,
            item=item.pk,
            points=None if points is None else D(points),
            out_of=D(out_of),
            at=at,
        )

    return publish


@pytest.fixture
def given(place, enrolment_of):
    """given(chidi, amina, autumn, essay, "15") → points by hand."""

    def give_it(by, person, session, item, points, comment="", seen=0):
        here = place(by, session)
        book = book_in(here)
        return give(here, enrolment_of(person, session), book.item(item.uuid), D(points), comment=comment, seen=seen)

    return give_it
