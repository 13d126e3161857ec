"""What is sent along: forms and query strings full of other people's ids, under every name that a page reads."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from encore.toolkit.models import Draft
from tests.isolation.world import MARK, World

NOWHERE = 999_999
WORDS = (
    "q",
    "m",
    "from_q",
    "people_q",
    "state",
    "find",
    "before",
    "as",
)  # what is searched for, or leaves out or hides the rest
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def queries(world: World) -> list[dict[str, Any]]:
    """Searches that every secret fits, and filters that name things of each session; then the filters alone."""
    searches = [
        {
            "q": MARK,
            "m": MARK,
            "from_q": MARK,
            "people_q": MARK,
            "from": world.sessions[name].pk,
            "session": world.sessions[name].pk,
            "class": class_id,
            "school_class": world.classes[name].pk,
            "category": world.categories[name].pk,
            "course": "TWO",
            "coach": world.people[f"general coach of {name}"].pk,
            "in": _item(world, f"{name}-ONE"),
            "kind": "page",
            "title": "New",
            "state": "all",
            "role": "none",
            "by": way,
            "list": "current",
            "look": "list",
            "to": "cancelled",
            "show": "add",
            "enrolment": world.enrolments[name].pk,
            "deed": deed,
            "person": world.people[f"learner of {name}"].pk,
            "about": world.people[f"learner of {name}"].pk,
            "find": "about",
            "changed": _item(world, f"{name}-ONE"),
            "mode": "all",
            "sort": "-title",
            "idle": "1",
            "before": NOWHERE,
            "page": "1",
            "mpage": "1",
            "next": "https://elsewhere.example/",
            "all": "1",
            "section": "a",
            "seed": "1",
            "as": "csv",
            "print": "1",
            "items": "1",
            "pooled": "1",
            "by_hand": "1",
        }
        for name, way, class_id, deed in (
            ("A", "lists", world.classes["A"].pk, "suspend"),
            ("B", "classes", world.classes["B"].uuid, "transfer"),
        )
    ]
    return searches + [{name: value for name, value in each.items() if name not in WORDS} for each in searches]


def forms(world: World) -> list[dict[str, Any]]:
    """For each session: one that takes its things, writes and publishes, one that removes and cancels them."""
    return [form for name in "AB" for form in (_taking(world, name), _removing(world, name))]


def _taking(world: World, name: str) -> dict[str, Any]:
    people = [world.people[role].pk for role in ("stranger", f"learner of {name}", "waiting for B")]
    item, draft = _item(world, f"{name}-ONE"), _draft(world, f"{name}-ONE")
    return {
        **_facts(world),
        "add": [*people, world.courses["TWO"].pk, world.courses["APART"].pk],
        "people": people,
        "general_coaches": people,
        "general_coaches_seen": [world.people[f"general coach of {name}"].pk],
        "teachers": world.places[f"{name}-TWO"],
        "class": world.classes[name].pk,
        "seat": world.people["waiting for B"].pk,
        "exclude": world.places[f"{name}-ONE"],
        "chosen": world.enrolments[name].pk,
        "deed": "withdraw",
        "stamp": "",
        "source": world.sessions[name].pk,
        "category": world.categories[name].pk,
        "how": "restore",
        "returning": "restore",
        "to": "completed",
        "draft": [f"{draft.pk}:{draft.stamp}"],
        "order": [item, *(thing.words["category"] for thing in world.things["session category"])],
        "parent": item,
        "visible": "yes",
        "opens": "2027-01-01",
        "do": "publish",
        "by_hand": "1",
        "place": world.places[f"{name}-ONE"],
        "points": "1",
        "comment": "Taken over",
        "seen": "0",
        "seconds": "30",
        "title": "Taken over",
        "name": "Taken over",
    }


def _removing(world: World, name: str) -> dict[str, Any]:
    roles = (f"learner of {name}", f"coach of {name}-ONE", f"general coach of {name}", "teacher", "waiting for B")
    item = _item(world, f"{name}-ONE")
    return {
        **_facts(world),
        "remove": [*(world.people[role].pk for role in roles), world.courses["ONE"].pk],
        "people": "remove",
        "general_coaches_seen": [world.people[role].pk for role in roles],
        "teachers_seen": [world.people["teacher"].pk],
        "include": world.places[f"{name}-ONE"],
        "lift": [f"{world.places[f'{name}-ONE']}:tool_visibility"],
        "how": "again",
        "to": "cancelled",
        "up": item,
        "visible": "no",
        "do": "delete",
        "find": "teachers",
        "people_q": MARK,
        "teachers_q": MARK,
        "general_coaches_q": MARK,
        "title": "Taken away",
        "name": "Taken away",
    }


def _facts(world: World) -> dict[str, Any]:
    """What makes the forms of sessions, courses, people, classes and items complete."""
    return {
        "confirm": "yes",
        "confirmed": "1",
        "over_seats": "1",
        "tell": "1",
        "reason": "Because",
        "code": "TAKEN",
        "access": "always",
        "time_zone": "Europe/Brussels",
        "after_end": "read_only",
        "description": "Taken over",
        "first_name": "Taken",
        "last_name": "Over",
        "username": "taken-over",
        "email": "taken@example.org",
        "way": "none",
        "password": "a quiet afternoon",
        "text": "<p>Taken over</p>",
        "url": "https://example.org/taken",
        "note": "Taken over",
        "from_on": "2027-01-01",
        "until_on": "2027-02-01",
        "extra_days": 5,
        "skip_refused": "1",
        "tool": "documents",
        "down": _item(world, "A-ONE"),
        "device": "00000000-0000-4000-8000-000000000001",
        "theme": "dark",
        "stamp": "1",
        "what_for": "Because",
        "answer": "1",
        "asked": "1",
        "end": "1",
        "was": "published",
        "next": "https://elsewhere.example/",
        "sign_off": "1",
        "on": "2027-01-01",
        "clock": "10:00",
        "key": "00000000-0000-4000-8000-000000000001",
        "file": SimpleUploadedFile("taken.gif", GIF, "image/gif"),
        "files": SimpleUploadedFile("taken.gif", GIF, "image/gif"),
    }


def _item(world: World, where: str) -> Any:
    there = (thing for thing in world.things["item"] if thing.where == where and thing.tool == "documents")
    return next(there).words["uuid"]


def _draft(world: World, where: str) -> Draft:
    draft = Draft.objects.filter(session_course=world.places[where]).first()
    assert draft
    return draft
