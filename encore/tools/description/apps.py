from django.apps import AppConfig


class DescriptionConfig(AppConfig):
    name = "encore.tools.description"
    label = "description"
