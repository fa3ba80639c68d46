"""How emailed texts go, as one page asks it."""

from typing import Any

from django import forms

from accounts.people.models import Person
from messaging.relay.services.wishes import Wishes
from messaging.senders.queries import Choice
from smsportal.lib.phones import display


class WishesForm(forms.Form):
    sender = forms.ChoiceField(
        label="Send emailed texts from",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose whom the texts come from.",
            "invalid_choice": "You have no such number. Choose whom the texts come from.",
        },
    )
    groups_alarms = forms.BooleanField(label="Group repeated alarms", required=False)
    wants_relay_summary = forms.BooleanField(
        label="Mail me a summary",
        required=False,
        help_text="What went to whom and what was refused, at most once an hour.",
    )

    def __init__(self, *args: Any, person: Person, senders: list[Choice], minutes: int) -> None:
        """senders: whom the person's texts can come from; without a number there is no choice."""
        initial = {
            "sender": "number" if person.relays_from_number else "alpha",
            "groups_alarms": person.groups_alarms,
            "wants_relay_summary": person.wants_relay_summary,
        }
        super().__init__(*args, initial=initial)
        self.fields["groups_alarms"].help_text = (
            f"The first goes at once. The same again within {minutes} minutes is counted, and one "
            "text tells how many more there were."
        )
        kinds = {choice.kind: choice.value for choice in reversed(senders)}
        if "number" not in kinds:
            del self.fields["sender"]
            return
        number = display(kinds["number"])
        self.fields["sender"].choices = [
            ("alpha", f"Alpha tag {kinds['alpha']}: nobody can answer"),
            ("number", f"My virtual number {number}: answers come to 2WAY"),
        ]

    def wishes(self) -> Wishes:
        return Wishes(
            relays_from_number=self.cleaned_data.get("sender") == "number",
            groups_alarms=self.cleaned_data["groups_alarms"],
            wants_relay_summary=self.cleaned_data["wants_relay_summary"],
        )
