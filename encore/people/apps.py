from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "encore.people"
    label = "people"

    def ready(self) -> None:
        from encore.people import sign_in  # noqa: F401 - connects its receivers
        from encore.people.foreign import declare_foreign

        declare_foreign()
