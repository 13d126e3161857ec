"""`encore administrator`: lets the first person in, and whoever has locked themselves out."""

from __future__ import annotations

import sys
from datetime import datetime
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from encore.people import actions
from encore.people.actions import Facts
from encore.people.errors import PeopleError
from encore.people.factors import factor_of
from encore.people.models import Person
from encore.people.queries import people_by_username
from encore.people.words import Role


class Command(BaseCommand):
    help = """Make an administrator: create the account, or promote and reopen one that exists.

What is not given is asked for, where there is somebody to ask. A password typed when asked is never shown.
Without a password an account that exists keeps its own. Who lost the app and the recovery codes of a second factor
gets in again with --reset-second-factor.

Example:
  encore administrator --username edna --email edna@example.org
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        from argparse import RawDescriptionHelpFormatter

        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="the name to sign in with")
        parser.add_argument("--email", help="the e-mail address; may be used for signing in too")
        parser.add_argument("--password", help="at least 10 characters; better left out and typed when asked")
        parser.add_argument(
            "--reset-second-factor", action="store_true", help="let the account in with the password alone"
        )
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"] or self._ask("Username: ", "--username")
        found = people_by_username([username]).get(username.strip().lower())
        try:
            with transaction.atomic():
                if found:
                    self._promote(found, options, now())
                else:
                    self._create(username, options, now())
        except PeopleError as error:
            raise CommandError(str(error)) from error

    def _create(self, username: str, options: dict[str, Any], at: datetime) -> None:
        facts: Facts = {
            "username": username,
            "email": options["email"] or self._ask("E-mail: ", "--email"),
            "first_name": options["first_name"] or username.partition("@")[0].title(),
            "last_name": options["last_name"] or "Administrator",
        }
        password = options["password"] or self._ask_password()
        self._check(password, Person(**facts))
        actions.create_person(facts, roles=[Role.ADMINISTRATOR], password=password, by=None, at=at)
        self.stdout.write(f"{username} is created and is an administrator.")

    def _promote(self, person: Person, options: dict[str, Any], at: datetime) -> None:
        given = {name: options[name] for name in ("email", "first_name", "last_name") if options[name]}
        facts: Facts = {**given, "expires_at": None}  # type: ignore[typeddict-item]
        if options["password"]:
            self._check(options["password"], person)
            actions.set_password(person, options["password"], by=None, at=at)
        actions.reactivate(person, by=None, at=at)
        if options["reset_second_factor"] and factor_of(person):
            actions.reset_second_factor(person, by=None, at=at)
        actions.update_person(person, facts, roles=person.roles | {Role.ADMINISTRATOR}, by=None, at=at)
        self.stdout.write(f"{person.username} was there already and is an administrator.")

    def _check(self, password: str, person: Person) -> None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError("\n".join(["This password is refused.", *error.messages])) from error

    def _ask(self, question: str, option: str) -> str:
        answer = input(question).strip() if sys.stdin.isatty() else ""
        if not answer:
            raise CommandError(f"Nothing to go on: add {option}.")
        return answer

    def _ask_password(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError("Nothing to go on: add --password.")
        password = getpass("Password (at least 10 characters, not shown): ")
        if password != getpass("The same again: "):
            raise CommandError("These two were different. Nothing was changed.")
        return password
