"""The kinds of files Encore reads."""

from encore.exchange.kinds.classes import Classes, ClassPeople
from encore.exchange.kinds.course_people import CoursePeople, SessionPeople
from encore.exchange.kinds.courses import Courses
from encore.exchange.kinds.people import People
from encore.exchange.kinds.sessions import Sessions
from encore.exchange.planning import Kind

KINDS: dict[str, type[Kind]] = {
    kind.name: kind for kind in (People, Courses, Classes, ClassPeople, Sessions, CoursePeople, SessionPeople)
}

__all__ = ["KINDS", "ClassPeople", "Classes", "CoursePeople", "Courses", "People", "SessionPeople", "Sessions"]
