"""What is typed on the 2WAY pages."""

import uuid
from typing import Any

from django import forms

from inbound.handling.forms import HandlingForm, initial_of
from inbound.twoway.digests import Digest
from inbound.twoway.models import ReplyNumber
from inbound.twoway.spelling import Said


class FindForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    show = forms.ChoiceField(required=False, choices=[("", "Open"), ("done", "Done")])


class NumberForm(HandlingForm):
    """Of a number, whose user reads its texts: a digest of those that are unread, too."""

    digest = forms.ChoiceField(
        label="Digest by email",
        help_text="One mail of what you have not read by then. None comes while all is read.",
        choices=Digest.choices,
        required=False,
        error_messages={"invalid_choice": "Choose how often the digest comes."},
    )

    def clean_digest(self) -> Digest:
        return Digest(self.cleaned_data["digest"] or Digest.NONE)

    def fill_number(self, number: ReplyNumber) -> None:
        self.fill(number)
        number.digest = self.cleaned_data["digest"]


def initial_of_number(number: ReplyNumber) -> dict[str, Any]:
    return {**initial_of(number), "digest": number.digest}


class CorrectForm(forms.Form):
    """Which reply says what, as one button says it: "<uid> no"."""

    said = forms.CharField(max_length=60)

    def clean_said(self) -> tuple[uuid.UUID, Said]:
        uid, _, said = self.cleaned_data["said"].partition(" ")
        try:
            return uuid.UUID(uid), Said(said)
        except ValueError:
            raise forms.ValidationError("Choose what the reply says.") from None


class SavedAnswerForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        error_messages={
            "required": "Give the answer a name, so that it can be picked.",
            "max_length": "This name has %(show_value)s characters. It can have 60.",
        },
    )
    words = forms.CharField(
        label="Words",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the words of the answer."},
    )
