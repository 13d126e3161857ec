from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "encore.demo"
    label = "demo"
