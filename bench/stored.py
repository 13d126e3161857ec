"""The answers that stand in the database, for sitting.py.

Attempts (uuids) come in as JSON, answers go out as JSON by the names that their fields have on the page.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")

import django

django.setup()

from django.apps import apps


def main() -> None:
    attempts = json.load(sys.stdin)
    answers = apps.get_model("quizzes", "Answer").objects.filter(attempt__uuid__in=attempts)
    found: dict[str, dict[str, str]] = {}
    for attempt, position, response in answers.values_list("attempt__uuid", "position", "response"):
        fields = found.setdefault(str(attempt), {})
        if "choice" in response:
            fields[f"a{position}"] = response["choice"]
        for key, value in response.get("marks", {}).items():
            fields[f"a{position}-{key}"] = "true" if value else "false"
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
