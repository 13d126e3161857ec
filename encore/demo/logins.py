"""One login per role, to try the demo with."""

from __future__ import annotations

from encore.demo.people import PASSWORD
from encore.people.models import Person

ROLES = {
    "Administrator": "edna",
    "Session administrator": "sara",
    "Teacher": "dolores",
    "Coach": "chidi",
    "Learner": "amina",
    "HR manager": "henri",
}
HEADER = ("Role", "Username", "Password")


def login_table() -> str:
    """Role, username, password, below each other. Empty if none of these people is here."""
    people = {person.username: person for person in Person.objects.filter(username__in=ROLES.values(), is_active=True)}
    rows = [
        (role, name, PASSWORD if people[name].check_password(PASSWORD) else "(changed)")
        for role, name in ROLES.items()
        if name in people
    ]
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in (HEADER, *rows)) for n in range(3)]
    rule = tuple("-" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEADER, rule, *rows)
    ]
    return "\n".join(f"  {line.rstrip()}" for line in lines)
