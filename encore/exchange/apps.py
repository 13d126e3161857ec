from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "encore.exchange"
    label = "exchange"
