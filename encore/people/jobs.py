"""People's work for later: erasing somebody, writing copies of personal data, deleting those after a week, and
signed-in devices after they are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.ledger.jobs import JobFailed, Progress, every, job
from encore.ledger.models import Job
from encore.people.actions.privacy import COPY, ERASE, delete_copies, erase_person
from encore.people.copying import write_copy
from encore.people.errors import PeopleError
from encore.people.models import DataCopy, Device, Person, SignIn

SIGN_INS_KEPT = timedelta(days=90)


@job(ERASE)
def erase(job: Job, progress: Progress) -> str:
    """Nothing is done twice: whoever is erased is so, and all of it is one transaction."""
    person = Person.objects.filter(pk=job.payload["person"]).first()
    if person is None or job.by is None:
        raise JobFailed(_("The account of the person who asked for this is gone."))
    if not person.erased_at:
        try:
            erase_person(person, by=job.by, at=now(), reason=job.payload.get("reason", ""), tell=progress.show)
        except PeopleError as error:
            raise JobFailed(str(error)) from error
    return _("Erased. Records stay without a name.")


@job(COPY)
def copy(job: Job, progress: Progress) -> str:
    wanted = DataCopy.objects.select_related("person", "by").filter(pk=job.payload["copy"]).first()
    if wanted is None or wanted.person.erased_at:
        raise JobFailed(_("This copy is not wanted any more."))
    write_copy(wanted, at=now(), tell=progress.show)
    return _("The copy is ready.")


@every(minutes=60)
def delete_old_copies(at: datetime) -> None:
    delete_copies(at)


@every(minutes=60)
def tidy_devices(at: datetime) -> None:
    """What is over, and what nobody needs to know any more."""
    Device.objects.filter(expire_date__lte=at).delete()
    SignIn.objects.filter(at__lt=at - SIGN_INS_KEPT).delete()
