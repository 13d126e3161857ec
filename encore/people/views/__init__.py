"""The pages of accounts and classes."""

from encore.people.views.account import (
    SignIn,
    SignOut,
    confirm,
    locked_out,
    password_reset,
    password_reset_sent,
    password_set,
    password_set_done,
    sign_in_code,
)
from encore.people.views.acting import act_as_end, person_act_as
from encore.people.views.classes import (
    class_delete,
    class_edit,
    class_members,
    class_new,
    class_page,
    classes,
)
from encore.people.views.following import person_following
from encore.people.views.people import (
    people,
    people_find,
    person,
    person_deactivate,
    person_edit,
    person_invite,
    person_new,
    person_picture,
    person_reactivate,
    person_reset,
)
from encore.people.views.permissions import permissions
from encore.people.views.privacy import (
    person_data,
    person_data_copy,
    person_erasure,
    profile_data,
    profile_data_copy,
)
from encore.people.views.profile import profile, profile_password, profile_picture, theme
from encore.people.views.security import (
    devices,
    person_second_factor,
    recovery_codes,
    second_factor,
    second_factor_off,
    security,
)

__all__ = [
    "person_data",
    "person_data_copy",
    "person_erasure",
    "profile_data",
    "profile_data_copy",
    "SignIn",
    "SignOut",
    "act_as_end",
    "class_delete",
    "class_edit",
    "class_members",
    "class_new",
    "class_page",
    "classes",
    "confirm",
    "devices",
    "locked_out",
    "password_reset",
    "password_reset_sent",
    "password_set",
    "password_set_done",
    "people",
    "people_find",
    "person",
    "person_act_as",
    "person_deactivate",
    "person_edit",
    "person_following",
    "person_invite",
    "person_new",
    "person_picture",
    "person_reactivate",
    "person_reset",
    "person_second_factor",
    "permissions",
    "profile",
    "profile_password",
    "profile_picture",
    "recovery_codes",
    "second_factor",
    "second_factor_off",
    "security",
    "sign_in_code",
    "theme",
]
