"""A route as the messaging team fills it in, and the box that tries one."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.audit.actors import Actor
from messaging.carriers import queries as carriers
from messaging.routes.models import Route, SenderKind
from messaging.routes.plan import ALPHA, NUMBER
from messaging.routes.services import MOST_CARRIERS, MOST_WEIGHT, Wanted
from smsportal.lib.phones import BadNumber, display, normalise

CHOOSE = {
    "required": "Choose a carrier.",
    "invalid_choice": "That carrier is not in the list. Choose one.",
}
WEIGHT = f"Give a whole number from 1 to {MOST_WEIGHT}."
PLACES = [(n, f"Choice {n}" if n > 1 else "First choice") for n in range(1, MOST_CARRIERS + 1)]


class RouteForm(forms.Form):
    destination = forms.CharField(
        label="Numbers that begin with",
        required=False,
        max_length=40,
        help_text="Such as +44 or 07624. Empty: every number. The longest that fits counts.",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    sender_kind = forms.ChoiceField(label="From", choices=SenderKind.choices)
    sender = forms.CharField(
        label="Only from this sender",
        required=False,
        max_length=40,
        help_text="An Alpha tag, or a number that only this carrier can send from. It goes before "
        "every other route.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    carrier = forms.ModelChoiceField(
        label="Carrier", queryset=None, empty_label="Choose one", error_messages=CHOOSE
    )
    place = forms.TypedChoiceField(
        label="When it is tried",
        choices=PLACES,
        coerce=int,
        help_text="The next choice takes a text only when those before it cannot.",
    )
    weight = forms.IntegerField(
        label="Weight",
        min_value=1,
        max_value=MOST_WEIGHT,
        initial=1,
        help_text="Carriers of the same choice share the texts: 7 and 3 make 70% and 30%.",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), WEIGHT),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    is_enabled = forms.BooleanField(label="In use", required=False, initial=True)

    def __init__(self, *args: Any, by: Actor, route: Route | None = None, **kwargs: Any) -> None:
        if route:
            kwargs["initial"] = {name: getattr(route, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["carrier"].queryset = carriers.carriers(by)  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """As the services take it, of a valid form."""
        return Wanted(**self.cleaned_data)


class TryForm(forms.Form):
    """senders: those that a route names."""

    to = forms.CharField(
        label="To",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"required": "Type a mobile number."},
    )
    sender = forms.ChoiceField(label="From", required=False)

    def __init__(self, *args: Any, senders: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [
            (f"{kind}:{name}", display(name) if kind == NUMBER else name) for kind, name in senders
        ]
        usual = [(f"{ALPHA}:", "An Alpha tag"), (f"{NUMBER}:", "A number")]
        self.fields["sender"].choices = usual + named  # type: ignore[attr-defined]

    def clean_to(self) -> str:
        try:
            return normalise(self.cleaned_data["to"], foreign=True)
        except BadNumber as bad:
            raise forms.ValidationError(bad.words) from bad

    def clean_sender(self) -> tuple[str, str]:
        """Its kind, and its name where one was chosen."""
        kind, _, name = (self.cleaned_data["sender"] or f"{ALPHA}:").partition(":")
        return kind, name
