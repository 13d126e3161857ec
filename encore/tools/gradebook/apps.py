from django.apps import AppConfig


class GradebookConfig(AppConfig):
    name = "encore.tools.gradebook"
    label = "gradebook"
