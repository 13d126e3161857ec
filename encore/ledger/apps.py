from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "encore.ledger"
    label = "ledger"

    def ready(self) -> None:
        post_migrate.connect(guard_again, sender=self)


def guard_again(using: str, **about: Any) -> None:
    """See guard.put: what a migration took away is put up again."""
    from encore.ledger import guard

    connection = connections[using]
    if set(guard.TABLES) <= set(connection.introspection.table_names()):
        guard.put(connection)
