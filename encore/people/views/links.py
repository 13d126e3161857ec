"""Links to pages of packages above, known by their names alone."""

from django.urls import NoReverseMatch, reverse

from encore.people.models import Person
from encore.people.words import Permission


def import_url(person: Person, kind: str, **query: object) -> str:
    """Where this person brings in a file of this kind; "" where they may not, or nothing is installed that can."""
    if not person.may(Permission.IMPORT):
        return ""
    try:
        return reverse("import_new", args=[kind], query=query or None)
    except NoReverseMatch:
        return ""
