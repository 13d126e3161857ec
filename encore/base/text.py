"""Text as people write and search it."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: what two spellings of one name have in common."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
