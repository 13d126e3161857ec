from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "encore.base"
    label = "base"
