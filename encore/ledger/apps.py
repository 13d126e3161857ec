from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "encore.ledger"
    label = "ledger"
