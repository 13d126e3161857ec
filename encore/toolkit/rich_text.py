"""Rich text between the page, the editor and the database: addresses outside, `file:` and `item:` names inside."""

from __future__ import annotations

import re

from django.utils.safestring import SafeString

from encore.base.html import render_html
from encore.courses.context import Here
from encore.toolkit.places import address

_FILE = re.compile(
    r'(?P<attribute>src|href)="(?:https?://[^/"\s]+)?/(?:courses|sessions/\d+)/[^/"]+/files/'
    r'(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[^"]*"'
)


def text_for(here: Here, text: str) -> SafeString:
    """Rich text fit for a page in this place."""

    def resolve(scheme: str, uuid: str) -> str:
        if scheme == "file":
            return address(here, "files:show", uuid=uuid, name="file")
        else:
            return address(here, "items:open", uuid=uuid)

    return render_html(text, resolve)


def text_to_edit(here: Here, text: str) -> str:
    """The same for a textarea, as plain text: what is written in it is escaped once more there, not taken for tags."""
    return text_for(here, text) + ""


def text_from(html: str) -> str:
    """Rich text as it came from the editor, with the names of files where the editor had their addresses."""
    return _FILE.sub(r'\g<attribute>="file:\g<uuid>"', html)
