"""Before somebody's account is deleted or reset."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.people.models import Person

STOP = "stop"
SEEN_AT_ONCE = 6  # more colleagues than this are a list to open


class LeavingForm(forms.Form):
    """Who goes on with what is left behind; asked only when there is something."""

    heir = forms.ChoiceField(
        label="What should happen to these?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who goes on with these, or that they stop."},
    )

    def __init__(self, *args: Any, heirs: Sequence[Person], asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heirs = {str(heir.uid): heir for heir in heirs}
        if not asks:
            del self.fields["heir"]
            return
        choices = [
            *((uid, f"Hand over to {heir.name}") for uid, heir in self.heirs.items()),
            (STOP, "Stop and delete them"),
        ]
        if len(heirs) > SEEN_AT_ONCE:
            self.fields["heir"].widget = forms.Select()
            choices = [("", "Choose"), *choices]
        self.fields["heir"].choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"heir": self.heirs.get(cleaned.get("heir", ""))}


class ResetForm(forms.Form):
    confirmed = forms.BooleanField(widget=forms.HiddenInput, initial=True)
    remove_second_step = forms.BooleanField(
        label="Remove the second step too",
        required=False,
        help_text="Only when they have lost the phone and the recovery codes. Be sure whom you "
        "are talking to.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned.pop("confirmed", None)
        return cleaned
