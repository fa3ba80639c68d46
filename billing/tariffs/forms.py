"""A price as the messaging team types it."""

import datetime as dt
from typing import Any

from django import forms

from billing.tariffs.sorts import Sort, read_amount

WRONG_DAY = "Choose the day from which it holds, such as 1 August 2027."


class AmountField(forms.CharField):
    """Tenths of a penny; a sign decides between pounds and pence, without one the sort does."""

    def __init__(self, label: str, *, is_in_pence: bool) -> None:
        self.is_in_pence = is_in_pence
        super().__init__(
            label=label,
            max_length=20,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={
                "required": "Write the amount. For nothing, write 0.",
                "max_length": "This is %(show_value)d characters long, which no amount is.",
            },
        )

    def clean(self, value: Any) -> int:
        try:
            return read_amount(super().clean(value), is_in_pence=self.is_in_pence)
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from None


class PriceForm(forms.Form):
    percent = forms.IntegerField(
        label="Percent",
        min_value=0,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Write the percentage, such as 10.",
            "invalid": "Write a whole percentage, such as 10.",
            "min_value": "Write a whole percentage, such as 10.",
            "max_value": "Write a percentage up to 1000.",
        },
    )
    from_on = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": WRONG_DAY, "invalid": WRONG_DAY},
    )

    def __init__(self, *args: Any, sort: Sort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = "pence" if sort.is_in_pence else "pounds"
        amount = AmountField(f"Price in {unit}", is_in_pence=sort.is_in_pence)
        if len(sort.columns) == 1:
            del self.fields["percent"]
        else:
            amount.label = "Amount in pounds"
            amount.help_text = "Only a year that is over by both is charged extra."
        self.fields["amount"] = amount
        self.order_fields(["percent", "amount", "from_on"])

    def asked(self) -> tuple[list[int], dt.date]:
        """The values in the order of the sort's columns, and the day."""
        cleaned = self.cleaned_data
        percent = [cleaned["percent"]] if "percent" in cleaned else []
        return [*percent, cleaned["amount"]], cleaned["from_on"]
