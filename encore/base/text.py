"""Text as people write and search it."""

import unicodedata

# Letters that Unicode does not take apart, as keyboards without them write them. casefold() makes ss of ß.
UNDIVIDED = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŧ": "t",
        "’": "'",
        "\0": " ",
    }
)


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: what two spellings of one name have in common."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().translate(UNDIVIDED).split())
