from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "encore.bench"
