from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "encore.web"
    label = "web"
