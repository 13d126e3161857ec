"""Taking a class off a session: who would leave is shown first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from encore.courses.actions.session import remove_class
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.models import SessionClass
from encore.courses.queries.overview import only_through
from encore.courses.words import Access

NAMED = 50


@in_session(level=Access.MANAGE)
def session_class_removal(request: HttpRequest, here: Here, school_class: int) -> HttpResponse:
    """Asks "remove those who are here only through this class, or keep them?" and shows them."""
    links = SessionClass.objects.select_related("school_class")
    school_class_ = get_object_or_404(links, session=here.session, school_class=school_class).school_class
    if request.method == "POST":
        keep = request.POST.get("people") != "remove"  # what is not said clearly loses nobody
        left = remove_class(here.session, school_class_, keep_people=keep, by=request.user, at=here.at)
        facts = {"name": school_class_.name, "n": len(left)}
        words = _("The class %(name)s is taken off; its people stay, by hand from now on.")
        gone = _("The class %(name)s is taken off; %(n)d left the session. Their results are kept.")
        messages.success(request, (gone if left else words) % facts)
        return redirect("session_overview", here.session.pk)
    people = only_through(here.session, school_class_)
    context = {
        "here": here,
        "session": here.session,
        "school_class": school_class_,
        "people": list(people[:NAMED]),
        "count": people.count(),
    }
    return render(request, "courses/session_class_removal.html", context)
