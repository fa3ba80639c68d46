"""What people change about themselves."""

from django import forms
from django.core.exceptions import ValidationError

from smsportal.lib import phones


class AppPasswordForm(forms.Form):
    """What is wrong with a name is for the service to say."""

    name = forms.CharField(
        label="What it is for",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="For example Lab freezer alarm.",
    )


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label="Mobile number",
        required=False,
        max_length=40,
        help_text="“Text me a test” goes here. Nobody else sees it.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_mobile(self) -> str:
        typed = self.cleaned_data["mobile"].strip()
        try:
            return phones.normalise(typed) if typed else ""
        except phones.BadNumber as refusal:
            raise ValidationError(refusal.words) from None
