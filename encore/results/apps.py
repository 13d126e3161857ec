from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "encore.results"
    label = "results"
