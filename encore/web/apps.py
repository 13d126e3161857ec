from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "encore.web"
    label = "web"

    def ready(self) -> None:
        from encore.web import receivers  # noqa: F401 - connects them
