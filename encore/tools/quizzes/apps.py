from django.apps import AppConfig


class QuizzesConfig(AppConfig):
    name = "encore.tools.quizzes"
    label = "quizzes"
