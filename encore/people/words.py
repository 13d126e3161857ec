"""The people's words: roles of the whole platform (design: access)."""

from enum import StrEnum


class Role(StrEnum):
    """A role a person has everywhere. Learner, coach and course teacher are roles in a place, not here."""

    ADMINISTRATOR = "administrator"
    SESSION_ADMINISTRATOR = "session_administrator"
    TEACHER = "teacher"  # may create courses
    HR_MANAGER = "hr_manager"
