"""Choosing a file of questions, and what to do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.tools.quizzes.alike import categories_in, paths_in
from encore.tools.quizzes.formats.reading import FORMATS, MOST_QUESTIONS

WRITTEN = ("xml", "gift")  # the formats that are written too


def category_choices(here: Here, none: str) -> list[tuple[str, str]]:
    paths = paths_in(here)
    there = sorted((" / ".join(paths[item.pk]), str(item.uuid)) for item in categories_in(here))
    return [("", none), *((uuid, name) for name, uuid in there)]


def category_named(here: Here, uuid: str) -> Item | None:
    return next((item for item in categories_in(here) if uuid and item.uuid == UUID(uuid)), None)


class BringForm(forms.Form):
    """The file, the format it is in, and where the questions go."""

    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("", gettext_lazy("As it looks")), *FORMATS.items()],
        required=False,
        help_text=gettext_lazy("What the file is, is told by what is in it. Choose only where that goes wrong."),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Into"),
        required=False,
        help_text=gettext_lazy("Categories that the file names are made below it, where they are missing."),
    )

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here
        self.fields["category"].choices = category_choices(here, _("the bank"))  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".txt,.gift,.xml,.csv,.tsv,.xlsx"

    @property
    def hint(self) -> str:
        limit = settings.UPLOAD_LIMIT // 1024 // 1024
        return _("GIFT, Aiken, Moodle XML, CSV or .xlsx; at most %(limit)d MB and %(most)d questions") % {
            "limit": limit,
            "most": MOST_QUESTIONS,
        }

    @property
    def into(self) -> Item | None:
        return category_named(self.here, self.cleaned_data["category"])


class TakeOutForm(forms.Form):
    """Which questions, in which format."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=[(name, FORMATS[name]) for name in WRITTEN])
    category = forms.ChoiceField(label=gettext_lazy("Questions"), required=False)

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices(here, _("all of the bank"))  # type: ignore[attr-defined]
