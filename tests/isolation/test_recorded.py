"""Nothing that is managed goes unrecorded: whatever a request writes, the audit log tells of it."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.http import HttpResponse

from encore.ledger.models import AuditEntry
from encore.people.confirming import CONFIRMED_AT
from tests.isolation.addresses import SORTS, Ask
from tests.isolation.walker import REFUSED, Walker

ENTRIES = AuditEntry._meta.db_table
# What is written in passing, by whoever opens a page: no deed.
IN_PASSING = (
    "people_device",
    "people_signin",
    "django_session",
    "axes_",
    "ledger_",
    "toolkit_completion",
    "toolkit_activity",
    "toolkit_schedule",
)
# Deeds that are no management, by the end of their address, each with where they are told instead.
NO_MANAGEMENT: dict[str, str] = {
    "/sign-out/": "signing in and out has a list of its own",
    "/profile/devices/": "signing in and out has a list of its own",
    "/pictures/": "a part of writing a draft, which is told when it is begun, published or discarded",
}


class Recorder(Walker):
    """Looks, instead of at places, at whether what was written was recorded. It tries every form at every route, where
    it is answered first: in a course, in a session, or in none."""

    def __init__(self, world, role):
        super().__init__(world, "session administrator")  # for administrators there is no table of what they may see
        self.role = role
        self.client.force_login(world.people[role], backend="encore.people.sign_in.UsernameOrEmail")
        login_session = self.client.session
        login_session[CONFIRMED_AT] = int(world.at.timestamp())
        login_session.save()
        self.rows = {table: rows_in(table) for table in connection.introspection.table_names()}
        self.cookies = self.client.cookies.output(header="", sep=";")

    def attack_everything(self):
        for route in self.addresses.routes:
            if route.ids in SORTS or route.ids == "category:Int":  # another fails the walk
                self.attack_where_it_answers(route)

    def attack_where_it_answers(self, route):
        for ask in self.asks(route):
            if self.attack(ask, 0) not in (*REFUSED, 404):
                for n in range(1, len(self.forms)):
                    self.attack(ask, n)
                return

    def asks(self, route):
        if not route.place_words:
            return [Ask(route, "", route.address({}, thing.words)) for thing in self.addresses._things(route)]
        else:
            places = dict(self.addresses._places(route))
            return [ask for where in places for ask in self.addresses._in_place(route, where, places[where])]

    def ask(self, ask, method, address, **sent):
        try:
            return super().ask(ask, method, address, **sent)
        except AssertionError:  # a page that breaks fails the walk
            return HttpResponse(status=404)

    def look_at(self, answer, ask, said):
        return answer.status_code

    def find_changes(self, said, tables=None):
        told, address = ENTRIES in (tables or ()), said.split()[1].partition("?")[0]
        written = {table for table in tables or () if not told and self.has_changed(table)}
        if written and not address.endswith(tuple(NO_MANAGEMENT)):
            self.faults.append(f"{said} writes {', '.join(sorted(written))} and no audit entry.")

    def has_changed(self, table):
        """Whether another row stands in it than before; to write nothing is no deed."""
        return not table.startswith(IN_PASSING) and self.rows.get(table) != rows_in(table)


def rows_in(table):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return sorted(map(str, cursor.fetchall()))


@pytest.mark.parametrize("role", ["administrator", "general coach of A"])
def test_whatever_is_written_is_recorded(role, world, db, settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    recorder = Recorder(world, role)
    logging.disable(logging.ERROR)  # each refusal would be a line
    try:
        recorder.attack_everything()
    finally:
        logging.disable(logging.NOTSET)

    assert not recorder.faults, "\n".join(recorder.faults)


def test_a_deed_that_is_not_recorded_is_found(world, db, monkeypatch):
    monkeypatch.setattr("encore.people.actions.classes.record", lambda *args, **facts: None)
    recorder = Recorder(world, "administrator")
    recorder.addresses.routes = [route for route in recorder.addresses.routes if route.name == "class_edit"]
    recorder.attack_everything()

    assert any(
        "/edit/" in fault and "writes people_schoolclass and no audit entry" in fault for fault in recorder.faults
    )
