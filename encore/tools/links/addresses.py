"""Which addresses a link may lead to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

LONGEST = 2000
_is_web = URLValidator(schemes=["http", "https"])


def checked_address(address: str) -> str:
    """The address, tidied. Raises ValueError unless it is one of the web (http, https) or of mail (mailto)."""
    address = address.strip()
    scheme, _colon, rest = address.partition(":")
    try:
        if len(address) > LONGEST or any(c.isspace() or not c.isprintable() for c in address):
            raise ValidationError("")
        elif scheme.lower() == "mailto":
            validate_email(rest.partition("?")[0])
            return f"mailto:{rest}"
        else:
            _is_web(address)
            return address
    except ValidationError:
        raise ValueError(
            _("Enter a whole address, such as https://example.org/page or mailto:name@example.org.")
        ) from None
