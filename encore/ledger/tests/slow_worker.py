"""A worker process for tests, with jobs that take their time. A program: the database comes from DATABASE_URL."""

import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from encore.ledger.jobs import job  # noqa: E402
from encore.ledger.management.commands.work import quiet_stop  # noqa: E402
from encore.ledger.models import AuditEntry  # noqa: E402
from encore.ledger.worker import Worker  # noqa: E402

PAUSE = float(sys.argv[1]) if __name__ == "__main__" else 0.0


@job("test: count")
def count(job, progress):
    """One entry for each number up to the total; each with its progress in one transaction."""
    for number in range(job.done, job.total):
        with transaction.atomic():
            AuditEntry.objects.create(at=now(), verb="count", subject_kind="number", subject_id=number)
            progress.show(done=number + 1)
            progress.still_mine()
        time.sleep(PAUSE)
        progress.step()
    return "Counted."


if __name__ == "__main__":
    worker = Worker(now)
    quiet_stop(worker)
    worker.run()
