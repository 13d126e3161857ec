from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "encore.courses"
    label = "courses"

    def ready(self) -> None:
        from encore.courses import leaving, receivers  # noqa: F401
