from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "encore.tools.links"
    label = "links"
