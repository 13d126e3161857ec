"""The form of a scheme: categories, what the columns weigh, what a total is called. Works without a script: a row
without a title is no category, and there are always empty ones for more."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.toolkit.content import Content
from encore.toolkit.forms import ItemForm
from encore.toolkit.totals import GradedItem, book_in
from encore.toolkit.weighting import Column, Scheme
from encore.tools.gradebook.forms.lines import StepsField
from encore.tools.gradebook.forms.numbers import NumberField

KEY = re.compile(r"[a-z0-9]{1,12}")
MOST = 40
BLANK = 2


@dataclass(frozen=True)
class CategoryRow:
    key: str
    title: forms.BoundField
    weight: forms.BoundField
    drop_lowest: forms.BoundField


@dataclass(frozen=True)
class ColumnRow:
    item: GradedItem
    category: forms.BoundField
    weight: forms.BoundField
    minimum: forms.BoundField
    extra: forms.BoundField
    counted: forms.BoundField


class SchemeForm(ItemForm):
    laid_out_by = "gradebook/parts/scheme_form.html"

    pass_percent = NumberField(
        label=gettext_lazy("Pass mark in percent"), most=100, help_text=gettext_lazy("Empty: nobody passes or fails.")
    )
    steps = StepsField(
        label=gettext_lazy("What a total is called"),
        help_text=gettext_lazy("One on a line: from which percentage on, and the name. “90 = A”. May be left empty."),
    )
    decimals = forms.TypedChoiceField(
        label=gettext_lazy("Decimals of a total"), coerce=int, choices=[(n, str(n)) for n in range(5)]
    )
    empty = forms.ChoiceField(
        label=gettext_lazy("What has no grade yet"),
        choices=[
            ("left_out", gettext_lazy("is left out of the total")),
            ("nothing", gettext_lazy("counts as nothing: 0 points")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["title"] = kwargs.get("title") or _("Grading scheme")
        super().__init__(*args, **kwargs)
        self.scheme = self.writing.content if isinstance(self.writing.content, Scheme) else Scheme()
        for name in ("decimals", "empty"):
            self.fields[name].initial = getattr(self.scheme, name)
        self.items = book_in(self.here).items
        self.keys = self._keys()
        self._add_categories()
        self._add_columns()

    @property
    def categories(self) -> Iterator[CategoryRow]:
        for key in self.keys:
            yield CategoryRow(key, *(self[f"category-{key}-{name}"] for name in ("title", "weight", "drop_lowest")))

    @property
    def columns(self) -> Iterator[ColumnRow]:
        names = ("category", "weight", "minimum", "extra", "counted")
        for item in self.items:
            yield ColumnRow(item, *(self[f"column-{item.pk}-{name}"] for name in names))

    def rearranges(self, do: str) -> bool:
        """“More categories” shows the form again, with empty rows added by `_keys`."""
        if do != "more":
            return False
        self.is_bound = True
        return True

    def build(self, cleaned: dict[str, Any]) -> Content:
        categories = [
            {"id": key, "title": title, "weight": cleaned[f"category-{key}-weight"]}
            | {"drop_lowest": cleaned[f"category-{key}-drop_lowest"] or 0}
            for key in self.keys
            if (title := cleaned[f"category-{key}-title"])
        ]
        there = {category["id"] for category in categories}
        columns = [self._column(item, cleaned) for item in self.items]
        mine = {item.uuid for item in self.items}
        # What does not show here keeps what was said of it.
        others = [column.model_dump() for column in self.scheme.columns if column.item not in mine]
        for column in others:
            column["category"] = column["category"] if column["category"] in there else None
        names = ("pass_percent", "steps", "decimals", "empty")
        return Scheme.model_validate(
            {"categories": categories, "columns": [*columns, *others], **{name: cleaned[name] for name in names}}
        )

    def clean(self) -> dict[str, Any]:
        for item in self.items:
            name = f"column-{item.pk}-category"
            key = self.cleaned_data.get(name)
            if key and not self.cleaned_data.get(f"category-{key}-title"):
                self.add_error(name, _("Give this category a title first."))
        return super().clean()

    def _keys(self) -> list[str]:
        if self.is_bound:
            sent = self.data.getlist("category") if hasattr(self.data, "getlist") else []
            keys = list(dict.fromkeys(key for key in sent if KEY.fullmatch(key)))
            more = BLANK if self.data.get("do") == "more" else 0
        else:
            keys, more = [category.id for category in self.scheme.categories], BLANK
        return [*keys, *("".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _n in range(8)) for _m in range(more))][
            :MOST
        ]

    def _add_categories(self) -> None:
        there = {category.id: category for category in self.scheme.categories}
        for n, key in enumerate(self.keys, start=1):
            category, prefix = there.get(key), f"category-{key}"
            self.fields[f"{prefix}-title"] = forms.CharField(
                label=_("Category %(n)d") % {"n": n},
                required=False,
                max_length=120,
                initial=category.title if category else "",
            )
            self.fields[f"{prefix}-weight"] = NumberField(
                label=_("Weight of category %(n)d") % {"n": n}, initial=category.weight if category else None
            )
            self.fields[f"{prefix}-drop_lowest"] = forms.IntegerField(
                label=_("Drop the lowest of category %(n)d") % {"n": n},
                required=False,
                min_value=0,
                max_value=50,
                initial=(category.drop_lowest or None) if category else None,
            )

    def _add_columns(self) -> None:
        said = {column.item: column for column in self.scheme.columns}
        titles = [(key, self._title_of(key, n)) for n, key in enumerate(self.keys, start=1)]
        for item in self.items:
            column, prefix, title = said.get(item.uuid) or Column(item=item.uuid), f"column-{item.pk}", item.title
            about = {"title": title}
            self.fields[f"{prefix}-category"] = forms.ChoiceField(
                label=_("Category of %(title)s") % about,
                required=False,
                choices=[("", _("none")), *titles],
                initial=column.category or "",
            )
            self.fields[f"{prefix}-weight"] = NumberField(label=_("Weight of %(title)s") % about, initial=column.weight)
            self.fields[f"{prefix}-minimum"] = NumberField(
                label=_("Minimum of %(title)s, in percent") % about, most=100, initial=column.minimum
            )
            for name, label in (("extra", _("%(title)s is extra credit")), ("counted", _("%(title)s counts"))):
                self.fields[f"{prefix}-{name}"] = forms.BooleanField(
                    label=label % about, required=False, initial=getattr(column, name)
                )

    def _title_of(self, key: str, n: int) -> str:
        there = {category.id: category.title for category in self.scheme.categories}
        sent = self.data.get(f"category-{key}-title", "") if self.is_bound else ""
        return sent or there.get(key, "") or _("Category %(n)d") % {"n": n}

    def _column(self, item: GradedItem, cleaned: dict[str, Any]) -> dict[str, Any]:
        names = ("weight", "minimum", "extra", "counted")
        values = {name: cleaned[f"column-{item.pk}-{name}"] for name in names}
        return {"item": item.uuid, "category": cleaned[f"column-{item.pk}-category"] or None, **values}
