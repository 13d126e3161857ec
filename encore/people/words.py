"""The people's words: roles of the whole platform, and what each may be permitted (design: access)."""

from enum import StrEnum


class Role(StrEnum):
    """A role a person has everywhere. Learner, coach and course teacher are roles in a place, not here."""

    ADMINISTRATOR = "administrator"
    SESSION_ADMINISTRATOR = "session_administrator"
    TEACHER = "teacher"  # may create courses
    HR_MANAGER = "hr_manager"


class Permission(StrEnum):
    """What a role may be permitted, in the table under Administration → Permissions. Administrators may everything.

    Each is asked in code by `person.may(Permission.X)`. Each belongs to one role, so that no role widens another.
    """

    CREATE_PEOPLE = "create_people"
    EDIT_PEOPLE = "edit_people"
    DEACTIVATE_PEOPLE = "deactivate_people"
    OPEN_CONTENT = "open_content"
    SEE_RESULTS = "see_results"
    IMPORT = "import"
    ALL_SESSIONS = "all_sessions"
    ACT_AS = "act_as"
    CREATE_COURSES = "create_courses"
    READ_ABOUT_PEOPLE = "read_about_people"
    READ_ABOUT_SESSIONS = "read_about_sessions"


# The table: which permissions a role can have at all, in the order of the screen. Whoever has none of the roles has
# none of these permissions, and no question is put to the database.
OFFERED: dict[Role, tuple[Permission, ...]] = {
    Role.SESSION_ADMINISTRATOR: (
        Permission.CREATE_PEOPLE,
        Permission.EDIT_PEOPLE,
        Permission.DEACTIVATE_PEOPLE,
        Permission.OPEN_CONTENT,
        Permission.SEE_RESULTS,
        Permission.IMPORT,
        Permission.ALL_SESSIONS,
        Permission.ACT_AS,
    ),
    Role.TEACHER: (Permission.CREATE_COURSES,),
    Role.HR_MANAGER: (Permission.READ_ABOUT_PEOPLE, Permission.READ_ABOUT_SESSIONS),
}

# What a new installation permits.
AT_FIRST: dict[Role, frozenset[Permission]] = {
    Role.SESSION_ADMINISTRATOR: frozenset({Permission.CREATE_PEOPLE, Permission.EDIT_PEOPLE, Permission.IMPORT}),
    Role.TEACHER: frozenset({Permission.CREATE_COURSES}),
    Role.HR_MANAGER: frozenset({Permission.READ_ABOUT_PEOPLE, Permission.READ_ABOUT_SESSIONS}),
}
