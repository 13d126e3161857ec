"""Power over people (design: access): nobody manages a person who holds a permission they lack themselves."""

from encore.people.words import Role

MANAGERS = frozenset({Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR})


def may_manage(actor: frozenset[Role], subject: frozenset[Role]) -> bool:
    """Whether one with the roles `actor` has power over a person with `subject`: no role of theirs is lacking.

    Permissions hang on roles, so who lacks no role lacks no permission either. Whether the deed itself (create, edit,
    deactivate …) is permitted is another question: `require_permission`.
    """
    if Role.ADMINISTRATOR in actor:
        return True
    elif actor & MANAGERS:
        return subject <= actor
    else:
        return False


def may_grant(actor: frozenset[Role], role: Role) -> bool:
    """Whether one with the roles `actor` may give or take away `role`."""
    return may_manage(actor, frozenset({role}))


def grantable(actor: frozenset[Role]) -> list[Role]:
    """The roles that one with the roles `actor` may give, in the order of the screen."""
    return [role for role in Role if may_grant(actor, role)]
