"""Pages about the people of a session that know what they have done."""

from django.urls import path

from encore.toolkit.views import transfers

SESSION = "administration/sessions/<int:session>"

urlpatterns = [
    path(f"{SESSION}/people/transfer/", transfers.session_transfer, name="session_transfer"),
    path(f"{SESSION}/transfers/<int:transfer>/", transfers.session_transfer_shown, name="session_transfer_shown"),
]
