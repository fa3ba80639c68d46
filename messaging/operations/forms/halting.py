"""What an operator has to say before everything stops."""

from django import forms


class StopForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=200,
        help_text="Everybody reads it at the top of every page.",
        error_messages={"required": "Say why: everybody reads it."},
    )
