"""Where `request.session` is kept: a row of Device each, so that the list of devices costs no page a query."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from encore.base.devices import address_of, agent_of
from encore.base.prepared import Prepared
from encore.people.models import Device

DEVICE = "device"  # in the login session: what the columns of Device are filled from
ACTING = "acting"  # in the login session: who acts as whom (people.acting)
NOTED_EVERY = 300  # seconds


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Device]:
        return Device

    def _get_session_from_db(self) -> Device | None:
        """As Django's, with the SQL kept: it is the first thing that every request asks."""
        found = _ROW(key=self.session_key, at=timezone.now())  # noqa: TID251  as Django's own store does
        if not found:
            self._session_key = None
        return found[0] if found else None

    def cycle_key(self) -> None:
        """For a moment there are two rows of this browser, which need two uuids."""
        if facts := self.get(DEVICE):
            self[DEVICE] = {**facts, "uuid": str(uuid4())}
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Device:
        """The row, with what its columns show of what is in it."""
        device = cast(Device, super().create_model_instance(data))
        if facts := data.get(DEVICE):
            device.uuid, device.agent, device.address = facts["uuid"], facts["agent"], facts["address"]
            device.since, device.seen_at = _moment(facts["since"]), _moment(facts["seen"])
            device.person_id = _who_sits_there(data)
        return device


def _who_sits_there(data: dict[str, Any]) -> int | None:
    """Where one acts as another it is their own browser still, and theirs to sign out."""
    if ACTING in data:
        return data[ACTING]["by"]
    else:
        return int(data[SESSION_KEY]) if SESSION_KEY in data else None


def begin(request: HttpRequest, at: datetime) -> None:
    """Somebody has just signed in at this browser."""
    seconds = int(at.timestamp())
    facts = {"uuid": str(uuid4()), "agent": agent_of(request), "address": address_of(request)}
    request.session[DEVICE] = {**facts, "since": seconds, "seen": seconds}


def note_that_seen(request: HttpRequest, at: datetime) -> None:
    """Write down when and from where this browser was last seen; not at every request."""
    facts, seconds = request.session.get(DEVICE), int(at.timestamp())
    if facts and seconds - facts["seen"] >= NOTED_EVERY:
        request.session[DEVICE] = {**facts, "seen": seconds, "address": address_of(request), "agent": agent_of(request)}


def device_here(request: HttpRequest) -> str:
    """The uuid of the browser that asks, "" if nobody signed in there."""
    return request.session.get(DEVICE, {}).get("uuid", "")


def _row(key: str, at: datetime) -> QuerySet[Device]:
    return Device.objects.filter(session_key=key, expire_date__gt=at)


_ROW = Prepared(_row)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
