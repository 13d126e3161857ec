"""What pages do that ask before they save."""

from typing import Any

from django.http import HttpResponse
from django.test import Client


def say_yes(client: Client, address: str, sent: dict[str, Any]) -> HttpResponse:
    """Post it, and once more as the page that asks would: with what it showed."""
    question = client.post(address, sent)
    assert question.status_code == 200, "it did not ask"
    return client.post(address, {**sent, "confirmed": question.context["digest"]})
