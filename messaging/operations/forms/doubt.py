"""What is asked of who decides about texts that may have been sent."""

from typing import Any

from django import forms

from messaging.carriers.models import Carrier
from messaging.sending.services.doubt import LONGEST_REASON

NOT_SENT, AGAIN = "not_sent", "again"


class FindForm(forms.Form):
    q = forms.CharField(label="Department, or reference of a message", required=False)
    carrier = forms.ModelChoiceField(
        Carrier.objects.none(), to_field_name="name", required=False, empty_label="All carriers"
    )

    def __init__(self, *args: Any, carriers: list[Carrier], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Carrier.objects.filter(pk__in=[carrier.pk for carrier in carriers])
        self.fields["carrier"].queryset = there.order_by("name")

    def filters(self) -> dict[str, Any]:
        """What of it makes sense."""
        self.is_valid()
        return {
            "words": self.cleaned_data.get("q", ""),
            "carrier": self.cleaned_data.get("carrier"),
        }


class DecideForm(forms.Form):
    choice = forms.ChoiceField(
        choices=[(NOT_SENT, "Treat as not sent"), (AGAIN, "Send again (may arrive twice)")],
        error_messages={"required": "Choose what should happen."},
    )
    twice = forms.BooleanField(
        label="I know that people may get the same text twice", required=False
    )
    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        help_text="Kept with your name. The department reads it.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Say why: the department reads it, and it is kept.",
            "max_length": "The reason has %(show_value)s characters. It can have %(limit_value)s.",
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") == AGAIN and not cleaned.get("twice"):
            self.add_error("twice", "Tick that you know they may get the same text twice.")
        return cleaned
