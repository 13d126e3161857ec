from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "encore.courses"
    label = "courses"

    def ready(self) -> None:
        from encore.courses import receivers  # noqa: F401
