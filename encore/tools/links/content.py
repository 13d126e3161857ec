"""What the items of links hold."""

from __future__ import annotations

from typing import Annotated

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
