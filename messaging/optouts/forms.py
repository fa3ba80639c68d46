from typing import Any

from django import forms

from accounts.people.models import Person
from messaging.optouts.queries import Filters
from messaging.senders.models import Asked
from messaging.senders.services import MOST_WORDS
from smsportal.lib.phones import BadNumber, normalise

TOO_LONG = f"This is %(show_value)d characters long. It can be {MOST_WORDS}."


def _words(label: str, hint: str, required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": required, "max_length": TOO_LONG},
    )


class AddForm(forms.Form):
    number = forms.CharField(
        label="Mobile number",
        max_length=80,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={
            "required": "Type the mobile number.",
            "max_length": "This is %(show_value)d characters long, which no number is.",
        },
    )
    asked = forms.ChoiceField(
        label="How did they ask?",
        choices=[choice for choice in Asked.choices if choice[0] != Asked.TEXT],
        error_messages={
            "required": "Choose how they asked.",
            "invalid_choice": "Choose how they asked.",
        },
    )
    words = _words(
        "What they said, and when",
        "Kept as evidence. Everybody who sees this list can read it.",
        "Write what they said, and when: it is how you know.",
    )

    def clean_number(self) -> str:
        try:
            return normalise(self.cleaned_data["number"])
        except BadNumber as bad:
            raise forms.ValidationError(bad.words) from None


class LiftForm(forms.Form):
    why = _words(
        "Reason",
        "How they asked, and when. It goes into the audit trail with your name.",
        "Write how they asked to be texted again, and when.",
    )


class FilterForm(forms.Form):
    """From the address, so that wrong values narrow nothing rather than complain."""

    q = forms.CharField(
        label="Name, number or words",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    out_of = forms.ChoiceField(
        label="Out of",
        required=False,
        choices=[
            ("", "Anything"),
            ("department", "Your department"),
            ("everywhere", "Everything but emergencies"),
        ],
    )
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "Opted out now"), ("lifted", "Lifted"), ("all", "Both")],
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.department_id is None:
            self.fields["q"].label = "Number or words"
            del self.fields["out_of"]

    def filters(self) -> Filters:
        self.is_valid()
        cleaned = self.cleaned_data
        return Filters(
            words=cleaned.get("q", ""),
            out_of=cleaned.get("out_of", ""),
            show=cleaned.get("show", ""),
        )
