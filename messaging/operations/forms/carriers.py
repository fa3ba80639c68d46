"""A carrier as the messaging team fills it in: the form follows from what its kind says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from messaging.carriers.fields import Field, OneOf, Tick
from messaging.carriers.kinds import OF_THE_ROW, Fold, Kind, Line
from messaging.carriers.models import Carrier
from messaging.carriers.services import Wanted
from smsportal.lib.errors import Refused

ATTRS = {
    "number": {"inputmode": "numeric"},
    "name": {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"},
    "secret": {
        "autocomplete": "off",
        "autocapitalize": "off",
        "spellcheck": "false",
        "class": "masked",
    },
}
CHOOSE = {
    "required": "Choose one.",
    "invalid_choice": "%(value)s is not in the list. Choose one.",
}


class SecretInput(forms.PasswordInput):
    """Of a machine's secret, which is no password of the person: no browser offers to keep it, nor
    takes a form with several of them for several forms. What was typed is not shown again.
    """

    input_type = "text"


class Ruled(forms.CharField):
    """What a rule makes of the words that were typed; its refusal is the error of the field."""

    def __init__(self, declared: Field, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.declared = declared

    def clean(self, value: Any) -> Any:
        try:
            return self.declared.clean(value or "")
        except Refused as refused:
            raise forms.ValidationError(refused.words) from refused


def form_field(declared: Field) -> forms.Field:
    shown = {"label": declared.label, "help_text": declared.hint}
    if isinstance(declared, Tick):
        return forms.BooleanField(required=False, initial=declared.begins, **shown)
    if isinstance(declared, OneOf):
        return forms.ChoiceField(choices=declared.choices, error_messages=CHOOSE, **shown)
    attrs = ATTRS.get(declared.control, {})
    if declared.is_secret:
        widget: forms.Widget = SecretInput(attrs=attrs)
        return Ruled(declared, strip=False, widget=widget, **shown)
    if declared.control == "area":
        area = forms.Textarea(attrs={"rows": 5, "autocapitalize": "off", "spellcheck": "false"})
        return Ruled(declared, widget=area, initial=declared.usual, **shown)
    widget = forms.TextInput(attrs=attrs)
    return Ruled(declared, widget=widget, initial=declared.usual, **shown)


@dataclass(frozen=True)
class Shown:
    """One field on the page. is_set: a secret that is there already, to be replaced only."""

    bound: BoundField
    declared: Field
    is_set: bool

    @property
    def is_optional(self) -> bool:
        return not self.declared.is_needed

    @property
    def new_label(self) -> str:
        return f"New {self.declared.in_sentence}"

    @property
    def is_open(self) -> bool:
        """Whether it may not be folded away: wrong, or not as it usually is."""
        usual = self.declared.usual
        if isinstance(self.declared, OneOf):
            usual = self.declared.choices[0][0]
        return bool(self.bound.errors) or str(self.bound.value() or "") != str(usual or "")


@dataclass(frozen=True)
class ShownLine:
    """Fields side by side."""

    shown: list[Shown]

    @property
    def secrets(self) -> list[Shown]:
        return [each for each in self.shown if each.declared.is_secret]


@dataclass(frozen=True)
class ShownFold:
    fold: Fold
    lines: list[ShownLine]

    @property
    def is_open(self) -> bool:
        return any(each.is_open for line in self.lines for each in line.shown)


class CarrierForm(forms.Form):
    """carrier: the one to change; its name stays."""

    def __init__(
        self, kind: Kind, *args: Any, carrier: Carrier | None = None, **kwargs: Any
    ) -> None:
        self.kind = kind
        self.carrier = carrier
        if carrier:
            own = (name for name in OF_THE_ROW if hasattr(carrier, name))
            kept = {f.name: carrier.settings.get(f.name, f.usual) for f in kind.own_fields}
            kwargs["initial"] = {**kept, **{name: getattr(carrier, name) for name in own}}
        super().__init__(*args, **kwargs)
        for declared in kind.fields:
            self.fields[declared.name] = form_field(declared)
        if carrier:
            del self.fields["name"]

    def wanted(self) -> Wanted:
        """As the services take it, of a valid form."""
        row = {name: v for name, v in self.cleaned_data.items() if name in OF_THE_ROW - {"name"}}
        settings = {name: v for name, v in self.cleaned_data.items() if name not in OF_THE_ROW}
        return Wanted(**row, settings=settings)

    @property
    def has_preview(self) -> bool:
        return self.kind.preview is not None

    def preview(self) -> str:
        """Of a valid form; empty where its kind has none. Raises Refused."""
        wanted = self.wanted()
        clean = self.kind.clean(wanted.settings, window=wanted.window, is_sandbox=wanted.is_sandbox)
        return self.kind.preview(clean) if self.kind.preview else ""

    def sections(self) -> Iterator[dict[str, Any]]:
        """As the page shows them, without those that nothing is left of."""
        for section in self.kind.sections:
            lines = self._lines(section.lines)
            folds = [ShownFold(fold, self._lines(fold.lines)) for fold in section.folds]
            if lines or folds:
                yield {"title": section.title, "lines": lines, "folds": folds}

    def _lines(self, lines: tuple[Line, ...]) -> list[ShownLine]:
        kept = self.carrier.settings if self.carrier else {}
        shown = [
            [
                Shown(self[each.name], each, each.is_secret and bool(kept.get(each.name)))
                for each in line
                if each.name in self.fields
            ]
            for line in lines
        ]
        return [ShownLine(line) for line in shown if line]
