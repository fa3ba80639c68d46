"""Signing a year, deciding what is prepaid, correcting a statement."""

from typing import Any

from django import forms

from accounts.departments.models import CodeKind
from billing.statements import pounds
from billing.tariffs.money import pounds as shown


class PoundsField(forms.CharField):
    """An amount as people type it; its value is pence."""

    def __init__(self, *, may_be_negative: bool = False, **kwargs: Any) -> None:
        self.may_be_negative = may_be_negative
        attrs = {"inputmode": "text" if may_be_negative else "decimal", "autocomplete": "off"}
        super().__init__(
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs=attrs),
            error_messages={
                "max_length": "This is %(show_value)d characters long, which no amount is.",
            },
            **kwargs,
        )

    def clean(self, value: Any) -> int:
        typed = super().clean(value)
        pence = pounds.read(typed)
        if meant := pounds.meant(typed):
            raise forms.ValidationError(f"“{typed}” is not an amount: write {meant}.")
        if pence is None:
            said = f"“{typed}” is not an amount." if typed else "There is no amount."
            raise forms.ValidationError(f"{said} Write pounds and pence, such as 136.80.")
        if abs(pence) > pounds.MOST_PENCE:
            most = shown(pounds.MOST_PENCE)
            raise forms.ValidationError(f"“{typed}” is more than {most}. Check the amount.")
        if pence < 0 and not self.may_be_negative:
            raise forms.ValidationError(f"“{typed}” is less than nothing. Write £0.00 or more.")
        return pence


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Why",
            max_length=200,
            error_messages={"required": "Write why: it is kept with the amount."},
            **kwargs,
        )


class PrepaidForm(forms.Form):
    pence = PoundsField(label="Prepaid for the year")
    reason = ReasonField(help_text="The department reads it in its activity.")


class CorrectionForm(forms.Form):
    pence = PoundsField(
        label="Amount",
        may_be_negative=True,
        help_text="More than nothing is charged. With a minus before it, it is given back.",
    )
    code = forms.ChoiceField(label="Code")
    reason = ReasonField(help_text="It stands on the statement.")

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **kwargs: Any) -> None:
        """codes: kind and code, of which one is chosen."""
        super().__init__(*args, **kwargs)
        self.codes = codes
        self.fields["code"].choices = [
            (str(n), f"{code} ({CodeKind(kind).label})") for n, (kind, code) in enumerate(codes)
        ]

    def clean_pence(self) -> int:
        pence = self.cleaned_data["pence"]
        if not pence:
            raise forms.ValidationError("£0.00 corrects nothing. Write an amount.")
        return pence

    def asked(self) -> dict[str, Any]:
        """What services.correct wants."""
        chosen = self.codes[int(self.cleaned_data["code"])]
        return {**self.cleaned_data, "code": chosen}
