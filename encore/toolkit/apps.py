from django.apps import AppConfig


class ToolkitConfig(AppConfig):
    name = "encore.toolkit"
    label = "toolkit"

    def ready(self) -> None:
        from encore.toolkit import receivers  # noqa: F401
