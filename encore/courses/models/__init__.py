"""What courses, sessions and enrolments remember."""

from encore.courses.models.coaching import CourseCoach, GeneralCoach
from encore.courses.models.course import Course, CourseCategory, CourseTeacher
from encore.courses.models.enrolment import (
    CourseExclusion,
    Enrolment,
    EnrolmentChange,
    EnrolmentSource,
    WaitingPerson,
)
from encore.courses.models.release import Release
from encore.courses.models.session import CourseSession, SessionCategory, SessionClass, SessionCourse, SessionFollower

__all__ = [
    "Course",
    "CourseCategory",
    "CourseCoach",
    "CourseExclusion",
    "CourseSession",
    "CourseTeacher",
    "Enrolment",
    "EnrolmentChange",
    "EnrolmentSource",
    "GeneralCoach",
    "Release",
    "SessionCategory",
    "SessionClass",
    "SessionCourse",
    "SessionFollower",
    "WaitingPerson",
]
