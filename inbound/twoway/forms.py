"""What is typed on the 2WAY pages."""

import uuid

from django import forms

from inbound.twoway.spelling import Said


class FindForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    show = forms.ChoiceField(required=False, choices=[("", "Open"), ("done", "Done")])


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
