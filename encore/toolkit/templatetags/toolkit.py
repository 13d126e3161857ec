"""Addresses, rich text and dates of items, for the templates of tools."""

from __future__ import annotations

import secrets
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from encore.base.icons import draw
from encore.base.templatetags.encore import state
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.offers import Offer
from encore.toolkit.outline import Entry
from encore.toolkit.permission import locked_words, why_locked
from encore.toolkit.places import address
from encore.toolkit.rich_text import text_for

register = template.Library()


@register.simple_tag(name="address")
def address_tag(here: Here, route: str, **kwargs: Any) -> str:
    """{% address here "documents:show" uuid=item.uuid %}"""
    return address(here, route, **kwargs)


@register.simple_tag
def activity(here: Here, item: Any) -> SafeString:
    """{% activity here item %} on a page where the item is worked with: a learner's page then tells for how long."""
    if not here.records:
        return SafeString("")
    return format_html('<div hidden data-activity="{}"></div>', address(here, "items:activity", uuid=item.uuid))


@register.simple_tag
def rich_text(text: str, here: Here) -> SafeString:
    """Rich text with the addresses of its pictures and links in this place."""
    return text_for(here, text)


@register.simple_tag
def item_marks(entry: Entry, here: Here) -> SafeString:
    """What those who write here should know of an item: draft, this session only, hidden. Learners never see marks."""
    if not here.writes:
        return SafeString("")
    marks = []
    if not entry.is_published:
        marks.append(state("draft"))
    elif entry.draft:
        marks.append(state("changed", _("Draft of changes")))
    if entry.is_session_only:
        marks.append(state("session_only"))
    elif entry.is_own_version:
        marks.append(state("own_version"))
    if entry.is_hidden:
        marks.append(state("hidden"))
    return format_html_join("", "{}", ((mark,) for mark in marks))


@register.simple_tag
def item_menu(offers: list[Offer], of: str, variant: str = "quiet") -> SafeString:
    """The menu of what may be done with an item: the same as <c-menu>, written in one go, for every row has one."""
    if not offers:
        return SafeString("")
    key = f"menu-{secrets.token_hex(4)}"
    button = format_html(
        '<button class="button button-{} button-small menu-button" type="button" popovertarget="{}">'
        '<span>{}<span class="sr-only">: {}</span></span></button>',
        variant,
        key,
        _("Actions"),
        of,
    )
    entries = format_html_join("", "<li>{}</li>", ((_entry(offer),) for offer in offers))
    return format_html('{}<div class="menu-panel" id="{}" popover><ul>{}</ul></div>', button, key, entries)


@register.simple_tag
def locked(here: Here, action: str) -> SafeString:
    """{% locked here "add_item" %}: the lock, its reason and who set it, where a coach would find the control."""
    what, why = locked_words(here, Action(action)), why_locked(here, Action(action))
    shape = '<p class="locked">{}<span><strong>{}</strong><br>{}</span></p>'
    return format_html(shape, draw("lock"), what, why) if why else SafeString("")


def _entry(offer: Offer) -> SafeString:
    if offer.why:
        words = format_html('<span>{}<br><span class="locked-why">{}</span></span>', offer.label, offer.why)
        return format_html('<span class="menu-item menu-item-locked">{}{}</span>', draw("lock"), words)
    looks = f"menu-item menu-item-{offer.tone}" if offer.tone else "menu-item"
    if offer.href:
        return format_html('<a class="{}" href="{}">{}</a>', looks, offer.href, offer.label)
    return format_html(
        '<button class="{}" form="post" formaction="{}" name="{}" value="{}">{}</button>',
        looks,
        offer.action,
        offer.name,
        offer.value,
        offer.label,
    )
