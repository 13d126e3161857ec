"""What the items of links hold."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from encore.toolkit.content import Content
from encore.tools.links.addresses import checked_address


class LinkCategory(Content):
    """Links are listed under it."""

    description: str = ""


class Link(Content):
    """An address elsewhere: http, https or mailto, nothing that a browser would run."""

    url: Annotated[str, AfterValidator(checked_address)]
    description: str = ""

    @property
    def whereto(self) -> str:
        """The host of a page, or the address of a mail: what one wants to know before one follows a link."""
        parts = urlsplit(self.url)
        return parts.path if parts.scheme == "mailto" else (parts.hostname or "").removeprefix("www.")

    @property
    def is_mail(self) -> bool:
        return self.url.lower().startswith("mailto:")
