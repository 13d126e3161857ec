"""What the items of the description hold."""

from __future__ import annotations

from encore.toolkit.content import Content, Html


class Introduction(Content):
    """The words on top of the course's home. One per place."""

    text: Html = ""


class Section(Content):
    """A titled part of the description: objectives, programme, assessment …"""

    text: Html = ""
