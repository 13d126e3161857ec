"""What an access check is asked: whom, where, when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from encore.courses.forms.moment import MomentForm
from encore.courses.models import CourseSession


class CheckForm(MomentForm):
    """`q` finds the person; the address of an answer names them by `person`."""

    q = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    course = forms.ChoiceField(label=_("Place"), required=False)
    field_order = ["q", "course", "on", "clock"]

    def __init__(self, data: Any = None, *, session: CourseSession, at: datetime) -> None:
        super().__init__(data, zone=session.zone, at=at)
        places = session.session_courses.select_related("course").order_by("position", "id")
        whole = ("", _("The session as a whole"))
        self.fields["course"].choices = [whole, *((p.course.code, p.course.title) for p in places)]  # type: ignore[attr-defined]
