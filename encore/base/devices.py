"""Where a request comes from: the address, and the browser in words that its owner recognises."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

# The first that fits. Most browsers claim to be others as well, so the order matters.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
AGENT_LENGTH = 300


def address_of(request: HttpRequest) -> str | None:
    """The IP address the request comes from: behind a proxy, the one that the proxy saw. None if nobody knows."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Whatever stands further left was sent by the other side, and may be made up.
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or seen
    try:
        return str(ip_address(seen))
    except ValueError:
        return None


def agent_of(request: HttpRequest) -> str:
    """What the browser says of itself, cut to what is kept."""
    return request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:AGENT_LENGTH]


def device_words(agent: str) -> str:
    """ "Firefox on Windows", from what a browser says of itself."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    else:
        return browser or system or _("Unknown browser")


def _first(words: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for word, name in words if word in agent), "")
