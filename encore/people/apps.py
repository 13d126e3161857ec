from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "encore.people"
    label = "people"
