"""Links to pages of packages above, known by their names alone."""

from django.urls import NoReverseMatch, reverse


def import_url(kind: str, **query: object) -> str:
    """Where a file of this kind is brought in; "" where nothing is installed that can."""
    try:
        return reverse("import_new", args=[kind], query=query or None)
    except NoReverseMatch:
        return ""
