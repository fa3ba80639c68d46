"""Finding a practice phone, writing back from it, and making its network misbehave."""

from django import forms

from messaging.contacts.models import Contact
from smsportal.lib import phones


class FindForm(forms.Form):
    q = forms.CharField(label="Name or number", required=False)

    def number(self) -> str:
        """The phone that is meant, or "" when nobody fits."""
        words = self.data.get("q", "").strip()
        try:
            number = phones.normalise(words)
        except phones.BadNumber:
            named = Contact.objects.live().filter(first_name__iexact=words.split(" ")[0])
            found = [contact for contact in named if words.lower() in contact.name.lower()]
            return found[0].number if words and found else ""
        return number if phones.is_drama(number) else ""


class ReplyForm(forms.Form):
    number = forms.CharField(widget=forms.HiddenInput)
    to = forms.CharField(widget=forms.HiddenInput)
    body = forms.CharField(label="Text message", widget=forms.Textarea(attrs={"rows": 1}))

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        if not phones.is_drama(number):
            raise forms.ValidationError("Only practice phones can write from here.")
        return number

    def clean_to(self) -> str:
        """A short code, a name, or a number in any form."""
        to = " ".join(self.cleaned_data["to"].split())
        if to.startswith("+") or not to.replace(" ", "").isdecimal() or len(to) < 7:
            return to.replace(" ", "") if to[:1].isdecimal() else to
        try:
            return phones.normalise(to)
        except phones.BadNumber as bad:
            raise forms.ValidationError(bad.words) from None


def percent(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, max_value=100, required=False
    )


class FaultsForm(forms.Form):
    """The settings of the simulator's carrier, as its adapter reads them."""

    latency_ms = forms.IntegerField(
        label="Delay of each answer",
        help_text="In thousandths of a second.",
        min_value=0,
        max_value=60_000,
        required=False,
    )
    throttle_per_second = forms.IntegerField(
        label="Texts a second at most", help_text="0: no limit.", min_value=0, required=False
    )
    lose_answers_percent = percent(
        "Answers that never come", "Percent. Those texts show as May have been sent."
    )
    drop_receipts_percent = percent("Receipts that never come", "Percent.")
    repeat_receipts_percent = percent("Receipts that come twice", "Percent.")

    def values(self) -> dict[str, int]:
        return {name: value or 0 for name, value in self.cleaned_data.items()}
