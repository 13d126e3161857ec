"""Choosing a file and what to do with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.exchange.planning import Kind, Options

REFUSE, UPDATE = "refuse", "update"


class ImportForm(forms.Form):
    """The file and the options that its kind understands."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    on_duplicate = forms.ChoiceField(
        label=gettext_lazy("What exists already, and would change"),
        choices=[(REFUSE, gettext_lazy("Refuse the row")), (UPDATE, gettext_lazy("Update it"))],
        initial=REFUSE,
        widget=forms.RadioSelect,
    )
    create_missing = forms.BooleanField(
        label=gettext_lazy("Make people, courses and classes that are missing"), required=False
    )
    teachers_coach = forms.BooleanField(label=gettext_lazy("Make the courses' teachers their coaches"), required=False)
    send_mail = forms.BooleanField(label=gettext_lazy("Send mail"), required=False)

    def __init__(self, *args: Any, kind: type[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if "update" not in kind.chooses:
            del self.fields["on_duplicate"]
        for name in ("create_missing", "teachers_coach", "send_mail"):
            if name not in kind.chooses:
                del self.fields[name]
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.tsv,.xlsx" + (",.xml" if kind.xml else "")
        self._explain()

    def _explain(self) -> None:
        if "on_duplicate" in self.fields:
            self.fields["on_duplicate"].explanations = {  # type: ignore[attr-defined]
                REFUSE: _("You see which rows would change something. Rows that change nothing are fine."),
                UPDATE: _(
                    "What the file says replaces what is there; lists are only added to. Empty cells change nothing."
                ),
            }
        if "create_missing" in self.fields:
            self.fields["create_missing"].help_text = _(
                "Otherwise a row that names somebody or something unknown is refused."
            )
        if "send_mail" in self.fields:
            self.fields["send_mail"].help_text = (
                _("New people without a password get an invitation to set one.")
                if self.kind.name == "people"
                else _("People are told that they are enrolled.")
            )

    @property
    def hint(self) -> str:
        limit = settings.UPLOAD_LIMIT // 1024 // 1024
        if self.kind.xml:
            return _("CSV, .xlsx or XML, at most %(limit)d MB") % {"limit": limit}
        else:
            return _("CSV or .xlsx, at most %(limit)d MB") % {"limit": limit}

    def options(self, **more: int | None) -> Options:
        data = self.cleaned_data
        return Options(
            create_missing=data.get("create_missing", False),
            update=data.get("on_duplicate") == UPDATE,
            teachers_coach=data.get("teachers_coach", False),
            send_mail=data.get("send_mail", False),
            **more,
        )
