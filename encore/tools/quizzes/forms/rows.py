"""Rows in a form: options, gaps, steps … to be added, removed and put in order, with JavaScript and without.

The order in which the keys of the rows are sent (`<name>=<key>`, once a row) is their order; the fields of a row are
named `<name>-<key>-<field>`. A key stays with its row for good: it is the part's id in the content. Buttons send
do="add <name>", "remove <name> <key>", "up …" or "down …"; assets/modules/rows.js does the same without a request.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise

from encore.courses.context import Here
from encore.tools.quizzes.forms.fields import ShortHtmlField, looks_rich

KEY = re.compile(r"[a-z0-9]{1,12}")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MOST = 200


def new_key() -> str:
    """Never one that a part had before: what was answered to that one would count for this."""
    return "".join(secrets.choice(LETTERS) for _n in range(8))


class Row(forms.Form):
    """One part. `essential`: a row in which these are all empty is no row; `details`: fields that few need.

    `laid_out_by`: the template of its inside, if it is not the usual one.
    """

    essential: ClassVar[Sequence[str]] = ()
    details: ClassVar[Sequence[str]] = ()
    laid_out_by: ClassVar[str] = ""

    def __init__(self, *args: Any, key: str, here: Here, upload_url: str = "", **kwargs: Any) -> None:
        self.key, self.here = key, here
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, ShortHtmlField):
                field.widget.attrs["data-upload"] = upload_url
                if looks_rich(str(self[name].value() or "")):
                    field.widget.attrs.update({"data-editor": "", "rows": 3})

    @property
    def is_blank(self) -> bool:
        return not any(str(self[name].value() or "").strip() for name in self.essential)

    def say_nothing(self) -> None:
        """About what is wrong or missing: it is blank, or still being written."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    @property
    def usual(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.details]

    @property
    def further(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.details]

    @property
    def has_further(self) -> bool:
        """Whether the details say something, so that they stand open."""
        return any(field.errors or str(field.value() or "") not in ("", "False") for field in self.further)


class Rows:
    """All rows of one sort. `initial`: (key, values) of what is there; `blank`: empty rows shown besides.

    `noun`: what a row is called, "Option"; `add`: the words of the button, "" for no button."""

    def __init__(
        self,
        name: str,
        row: type[Row],
        *,
        here: Here,
        label: str | Promise,
        noun: str | Promise,
        add: str | Promise = "",
        help: str | Promise = "",
        data: Any = None,
        initial: Sequence[tuple[str, Mapping[str, Any]]] = (),
        blank: int = 1,
        upload_url: str = "",
    ) -> None:
        self.name, self.row, self.here, self.data = name, row, here, data
        self.label, self.noun, self.add, self.help, self.blank = label, noun, add, help, blank
        self.upload_url = upload_url
        self.error = ""
        self.placeholder = f"__{name}__"
        if data is None:
            self.rows = [self._make(key, initial=dict(values)) for key, values in initial]
            self._add_blanks()
        else:
            keys = dict.fromkeys(key for key in data.getlist(name) if KEY.fullmatch(key))
            self.rows = [self._make(key, data=data) for key in list(keys)[:MOST]]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def filled(self) -> list[Row]:
        return [row for row in self.rows if not row.is_blank]

    @property
    def pattern(self) -> Row:
        """The row that a new one is made from in the browser."""
        return self._make(self.placeholder)

    def is_valid(self) -> bool:
        """Whether every row that says something is right."""
        wrong = [row for row in self.filled if not row.is_valid()]  # each is asked, so that each says what is wrong
        return not wrong

    def values(self) -> list[dict[str, Any]]:
        """What the rows say, each with its `key`."""
        return [{"key": row.key, **row.cleaned_data} for row in self.filled]

    def say_nothing(self) -> None:
        self.error = ""
        for row in self.rows:
            row.say_nothing()

    def do(self, verb: str, key: str) -> bool:
        """What a button asks: add, remove, up, down. False for anything else."""
        at = next((n for n, row in enumerate(self.rows) if row.key == key), None)
        if verb == "add":
            self.rows.append(self._make(new_key()))
        elif at is None:
            return False
        elif verb == "remove":
            del self.rows[at]
        elif verb in ("up", "down"):
            to = max(0, min(len(self.rows) - 1, at + (1 if verb == "down" else -1)))
            self.rows.insert(to, self.rows.pop(at))
        else:
            return False
        return True

    def _add_blanks(self) -> None:
        wanted = max(self.blank, 0)
        self.rows += [self._make(new_key()) for _n in range(wanted)]

    def _make(self, key: str, data: Any = None, initial: Any = None) -> Row:
        row = self.row(
            data,
            prefix=f"{self.name}-{key}",
            initial=initial,
            key=key,
            here=self.here,
            upload_url=self.upload_url,
            auto_id="id_%s",
        )
        if row.is_bound and row.is_blank:
            row.say_nothing()
        return row
