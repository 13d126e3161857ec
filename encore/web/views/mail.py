"""Administration → Mail: every letter the platform has sent, is sending or could not send."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from encore.ledger.actions import record_reading
from encore.ledger.mailing import is_given_up, try_again
from encore.ledger.models import Mail
from encore.people.decorators import roles_required
from encore.people.words import Role
from encore.web.queries import mail_list

ROWS = 50


def state_of(mail: Mail) -> str:
    """The word of state of a letter."""
    if mail.sent_at is not None:
        return "sent"
    else:
        return "not_sent" if is_given_up(mail) else "queued"


@require_safe
@roles_required(Role.ADMINISTRATOR)
def mails(request: HttpRequest) -> HttpResponse:
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    page = Paginator(mail_list(q=q, state=state), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(mail, state_of(mail)) for mail in page],
        "q": q,
        "state": state,
        "states": [("sent", _("Sent")), ("queued", _("Queued")), ("not_sent", _("Not sent"))],
    }
    record_reading(Mail, by=request.user, at=now())
    return render(request, "web/mails.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.ADMINISTRATOR)
def mail_page(request: HttpRequest, mail: int) -> HttpResponse:
    """One letter as it was written. POST puts one that was given up in line again."""
    letter = get_object_or_404(Mail.objects.select_related("person"), pk=mail)
    if request.method == "POST":
        try_again(letter, by=request.user, at=now())
        messages.success(request, _("The letter is in line again."))
        return redirect("mail", mail=letter.pk)
    record_reading(letter, by=request.user, at=now())
    return render(request, "web/mail.html", {"mail": letter, "state": state_of(letter)})
