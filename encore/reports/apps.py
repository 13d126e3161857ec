from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "encore.reports"
    label = "reports"
