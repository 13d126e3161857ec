from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "encore.tools.documents"
    label = "documents"
