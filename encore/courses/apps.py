from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "encore.courses"
    label = "courses"
