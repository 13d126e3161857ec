"""Copies of personal data, and erasure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from encore.ledger.actions import record
from encore.ledger.models import Job
from encore.people.actions.privacy import COPY_DAYS, ERASE, ask_for_copy, ask_to_erase
from encore.people.copying import file_name
from encore.people.decorators import recently_confirmed, roles_required
from encore.people.erasing import portions, texts_naming
from encore.people.errors import PeopleError
from encore.people.forms import ErasureForm
from encore.people.models import DataCopy, Person
from encore.people.signals import answers, person_losses
from encore.people.words import Role

administrators = roles_required(Role.ADMINISTRATOR)
leaving = gettext_lazy("A file with everything about a person is about to be made or to leave the platform.")
for_good = gettext_lazy("A person is about to be erased. It cannot be undone.")


@recently_confirmed(leaving)
def profile_data(request: HttpRequest) -> HttpResponse:
    """What is held about oneself: says so, makes a copy, and lists those there are."""
    return _copies(request, request.user)


@require_safe
@recently_confirmed(leaving, reading=True)
def profile_data_copy(request: HttpRequest, copy: UUID) -> FileResponse:
    return _download(request, request.user, copy)


@administrators
@recently_confirmed(leaving)
def person_data(request: HttpRequest, person: UUID) -> HttpResponse:
    """The same for an administrator, who answers for somebody's right to know."""
    return _copies(request, get_object_or_404(Person, uuid=person, erased_at=None))


@require_safe
@administrators
@recently_confirmed(leaving, reading=True)
def person_data_copy(request: HttpRequest, person: UUID, copy: UUID) -> FileResponse:
    return _download(request, get_object_or_404(Person, uuid=person), copy)


@administrators
@recently_confirmed(for_good)
def person_erasure(request: HttpRequest, person: UUID) -> HttpResponse:
    """Says what is lost, what is kept, and what others lose; asks for the username; then shows how far it is."""
    subject = get_object_or_404(Person, uuid=person)
    if subject.pk == request.user.pk:
        raise PermissionDenied(_("You cannot erase your own account. Ask another administrator."))
    job = _last_erasure(subject)
    if subject.erased_at or (job and not job.is_over):
        return render(request, "people/person_erasing.html", {"subject": subject, "job": job})
    form = ErasureForm(request.POST or None, subject=subject)
    if form.is_valid():
        try:
            ask_to_erase(subject, by=request.user, at=now(), reason=form.cleaned_data["reason"])
        except PeopleError as refusal:
            form.refuse(refusal)
        else:
            return redirect("person_erasure", subject.uuid)
    return _erasure_page(request, subject, form, job)


def _erasure_page(request: HttpRequest, subject: Person, form: ErasureForm, job: Job | None) -> HttpResponse:
    found = portions(subject)
    context = {
        "subject": subject,
        "form": form,
        "failed": job.message if job and job.state == Job.State.FAILED else "",
        "losses": answers(person_losses.send(Person, person=subject, by=request.user, at=now())),
        "deleted": [portion for portion in found if not portion.why_kept],
        "kept": [portion for portion in found if portion.why_kept],
        "texts": texts_naming(subject),
    }
    return render(request, "people/person_erasure.html", context, status=422 if form.errors else 200)


def _copies(request: HttpRequest, subject: Person) -> HttpResponse:
    own = subject.pk == request.user.pk
    address = reverse("profile_data") if own else reverse("person_data", args=[subject.uuid])
    if request.method == "POST":
        ask_for_copy(subject, by=request.user, at=now())
        messages.success(request, _("The copy is being made. It appears here when it is ready."))
        return redirect(address)
    copies = DataCopy.objects.filter(person=subject, by=request.user.pk, until__gt=now())
    context: dict[str, Any] = {
        "subject": subject,
        "own": own,
        "address": address,
        "copies": [(copy, _copy_url(copy, own)) for copy in copies.select_related("job", "person")],
        "days": COPY_DAYS,
    }
    return render(request, "people/data_copies.html", context)


def _copy_url(copy: DataCopy, own: bool) -> str:
    if own:
        return reverse("profile_data_copy", args=[copy.uuid])
    else:
        return reverse("person_data_copy", args=[copy.person.uuid, copy.uuid])


def _download(request: HttpRequest, subject: Person, uuid: UUID) -> FileResponse:
    """Only for the one who asked for it, as long as it is there."""
    asked = DataCopy.objects.filter(person=subject, by=request.user.pk, until__gt=now())
    copy = get_object_or_404(asked.select_related("person"), uuid=uuid)
    if not copy.file or not copy.file.storage.exists(copy.file.name):
        raise Http404
    record("download personal data", subject, by=request.user, at=now())
    response = FileResponse(copy.file.open("rb"), as_attachment=True, filename=file_name(copy))
    response["Cache-Control"] = "private, no-store"
    return response


def _last_erasure(subject: Person) -> Job | None:
    jobs = Job.objects.filter(kind=ERASE).order_by("-id")
    return next((job for job in jobs if job.payload.get("person") == subject.pk), None)
