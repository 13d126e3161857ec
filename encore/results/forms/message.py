"""What a coach writes to learners, and to whom it was going when they wrote it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from encore.courses.models import Enrolment


class MessageForm(forms.Form):
    """`occasion` makes one letter of two clicks; `whom` tells the people shown from those there are by now."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 12}),
        help_text=_("Plain text. A greeting, the name of the course and its address are put around it."),
    )
    occasion = forms.UUIDField(widget=forms.HiddenInput)
    whom = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())

    def ask_again(self, whom: str) -> None:
        """Show the form once more as it was sent, to these people."""
        self.data = {**self.data.dict(), "whom": whom} if isinstance(self.data, QueryDict) else self.data


def blank(whom: str) -> MessageForm:
    return MessageForm(initial={"occasion": uuid.uuid4(), "whom": whom})


def told_apart(enrolments: Iterable[Enrolment]) -> str:
    """The same for the same people, in whatever order."""
    return hashlib.sha256(",".join(map(str, sorted(one.pk for one in enrolments))).encode()).hexdigest()
