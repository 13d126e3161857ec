"""The closed sets of words of courses and sessions: plain enums, shared by rules, models, pages and files."""

from enum import IntEnum, StrEnum


class SessionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class AfterEnd(StrEnum):
    """What a session still allows after a person's own window."""

    READ_ONLY = "read_only"
    OPEN = "open"
    CLOSED = "closed"


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class Access(IntEnum):
    """How far a person gets in a place. Ordered; the words written out are the names: "NONE" … "MANAGE"."""

    NONE = 0
    LISTED = 1
    READ = 2
    WORK = 3
    COACH = 4
    MANAGE = 5


class Sight(StrEnum):
    """Which data a person sees; a level alone opens none."""

    CONTENT = "content"
    TALK = "talk"
    PEOPLE = "people"


class Reason(StrEnum):
    """Why a decision came out as it did."""

    OPEN = "open"
    NOT_YET = "not_yet"
    ENDED = "ended"
    DURATION_RUNNING = "duration_running"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    EXCLUDED = "excluded"
    DRAFT = "draft"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    OTHER_COURSE = "other_course"
    MANAGES = "manages"
    TEACHES = "teaches"
    FOLLOWS = "follows"
    NO_ROLE = "no_role"


class ListName(StrEnum):
    """The three lists of My sessions, in the order in which they claim a session."""

    CURRENT = "current"
    UPCOMING = "upcoming"
    PAST = "past"


class Phase(StrEnum):
    """Where a moment lies in a window."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


class PlaceRole(StrEnum):
    """What a person can be towards a place, in the order of the decision table."""

    LEARNER = "learner"
    COURSE_COACH = "course_coach"
    GENERAL_COACH = "general_coach"
    OTHER_COURSE_COACH = "other_course_coach"
    COURSE_TEACHER = "course_teacher"
    FOLLOWER = "follower"
    SESSION_ADMINISTRATOR = "session_administrator"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


class BoundSource(StrEnum):
    """Where a bound of a window comes from."""

    NOWHERE = "nowhere"
    OWN = "own"
    SESSION = "session"
    EXTRA_DAYS = "extra_days"
    FIRST_ENTRY = "first_entry"
    COACH_DATE = "coach_date"
    COACH_DAYS = "coach_days"


class LockKind(StrEnum):
    """What can be locked for the coaches of a course of a session."""

    TOOL_VISIBILITY = "tool_visibility"
    COACH_ADDITIONS = "coach_additions"
