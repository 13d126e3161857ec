"""`encore rebuild`: compute what is stored for speed again, and say how much differed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from encore.courses.models import CourseSession, SessionCourse
from encore.courses.windows import rebuild_windows
from encore.toolkit.counting import rebuild
from encore.toolkit.schedule import reschedule


class Command(BaseCommand):
    help = (
        "Compute stored values again from what they come from: windows (who may enter when), schedule (items' dates), "
        "progress (how far learners are)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["windows", "schedule", "progress"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "windows":
            differed = rebuild_windows(CourseSession.objects.order_by("pk").iterator(chunk_size=200))
        elif options["what"] == "progress":
            differed = rebuild()
        else:
            places = SessionCourse.objects.select_related("session", "course").order_by("pk")
            differed = reschedule(places.iterator(chunk_size=200), at=now())
        self.stdout.write(f"{options['what']}: {differed} rows differed and were written again.")
