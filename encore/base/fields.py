"""What the field component needs to know of a form's field: its kind, and its control, ready to write."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils.safestring import SafeString

# The first that fits wins, so the narrower kinds stand first.
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxInput, "tick"),
    (forms.ClearableFileInput, "file"),
    (forms.FileInput, "file"),
    (forms.Textarea, "area"),
    (forms.Select, "select"),
    (forms.DateInput, "date"),
    (forms.DateTimeInput, "date"),
    (forms.TimeInput, "date"),
    (forms.NumberInput, "number"),
)
AUTOCOMPLETE = {
    "username": "username",
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "phone": "tel",
    "password": "current-password",
    "new_password1": "new-password",
    "new_password2": "new-password",
}


@dataclass(frozen=True)
class Choice:
    """One choice of a list of radio buttons or check boxes, with the sentence that explains it."""

    id: str
    control: SafeString
    label: str
    explanation: str


@dataclass(frozen=True)
class FieldLook:
    """A field as it is drawn."""

    kind: str
    control: SafeString
    help_id: str
    error_id: str
    described_by: str
    required: bool
    rich: bool
    choices: list[Choice] = field(default_factory=list)


def look_at(bound: BoundField) -> FieldLook:
    """The look of a bound field. Labels, help and errors stay with the field itself."""
    kind = _kind_of(bound.field.widget)
    help_id = f"{bound.auto_id}_helptext" if bound.help_text else ""
    error_id = f"{bound.auto_id}_error" if bound.errors else ""
    described_by = " ".join(part for part in (help_id, error_id) if part)
    attrs = _attributes(bound, described_by)
    grouped = kind == "choices"
    return FieldLook(
        kind=kind,
        control=SafeString("") if grouped else bound.as_widget(attrs=attrs),
        help_id=help_id,
        error_id=error_id,
        described_by=described_by,
        required=bound.field.required,
        rich="data-editor" in bound.field.widget.attrs,
        choices=[_choice(bound, part) for part in bound.subwidgets] if grouped else [],
    )


def _kind_of(widget: forms.Widget) -> str:
    return next((kind for base, kind in KINDS if isinstance(widget, base)), "text")


def _attributes(bound: BoundField, described_by: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    given = bound.field.widget.attrs
    if described_by and "aria-describedby" not in given:
        attrs["aria-describedby"] = described_by
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if "autocomplete" not in given and (known := AUTOCOMPLETE.get(bound.name)):
        attrs["autocomplete"] = known
    if given.get("rows") == "10":  # Django's own default is taller than most answers
        attrs["rows"] = "5"
    return attrs


def _choice(bound: BoundField, part: BoundWidget) -> Choice:
    explanations = getattr(bound.field, "explanations", {})
    value = str(part.data["value"])
    identity = part.id_for_label
    attrs = dict(part.data["attrs"])
    if value in explanations:
        attrs["aria-describedby"] = f"{identity}_explained"
    part.data["attrs"] = attrs
    return Choice(
        id=identity,
        control=part.tag(),
        label=str(part.choice_label),
        explanation=str(explanations.get(value, "")),
    )
