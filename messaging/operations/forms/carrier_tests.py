"""Where a test of a carrier goes, and as whom."""

from django import forms

from messaging.sending.services.carrier_tests import USUAL_SENDER


class CarrierTestForm(forms.Form):
    number = forms.CharField(
        label="To",
        max_length=40,
        required=False,
        help_text="One mobile number, of a phone that you can look at.",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    sender = forms.CharField(
        label="From",
        max_length=40,
        required=False,
        initial=USUAL_SENDER,
        help_text="An Alpha tag, a number or a short code.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
