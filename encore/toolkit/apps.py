from django.apps import AppConfig


class ToolkitConfig(AppConfig):
    name = "encore.toolkit"
    label = "toolkit"
