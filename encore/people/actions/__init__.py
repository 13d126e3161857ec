"""What can be done with people and classes: one verb, one transaction, an audit entry each."""

from encore.people.actions.accounts import (
    Facts,
    NewPerson,
    create_people,
    create_person,
    deactivate,
    grant_roles,
    reactivate,
    set_password,
    update_people,
    update_person,
    update_profile,
)
from encore.people.actions.classes import (
    create_class,
    delete_class,
    join_class,
    join_classes,
    leave_class,
    leave_classes,
    update_class,
)
from encore.people.actions.letters import invite, invite_many, renew, send_password_reset
from encore.people.actions.pictures import remove_picture, set_picture
from encore.people.actions.security import (
    renew_recovery_codes,
    reset_second_factor,
    set_up_second_factor,
    sign_out_device,
    sign_out_elsewhere,
    turn_off_second_factor,
)

rename_class = update_class

__all__ = [
    "Facts",
    "NewPerson",
    "create_class",
    "create_people",
    "create_person",
    "deactivate",
    "delete_class",
    "grant_roles",
    "invite",
    "invite_many",
    "join_class",
    "join_classes",
    "leave_class",
    "leave_classes",
    "reactivate",
    "remove_picture",
    "rename_class",
    "renew",
    "renew_recovery_codes",
    "reset_second_factor",
    "send_password_reset",
    "set_password",
    "set_picture",
    "set_up_second_factor",
    "sign_out_device",
    "sign_out_elsewhere",
    "turn_off_second_factor",
    "update_class",
    "update_people",
    "update_person",
    "update_profile",
]
