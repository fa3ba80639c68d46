"""A report as it is asked for."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.conf import settings

from billing.delivery import periods
from billing.delivery.models import DeliveryOrder, Kind, What
from billing.delivery.periods import Often, Period
from billing.delivery.services import Wanted

OTHER = "other"
LONGEST_TO = 3000


class DayField(forms.DateField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": "Choose a day, such as 1 August 2026."},
        )


class AskForm(forms.Form):
    often = forms.ChoiceField(
        choices=Often.choices,
        initial=Often.ONCE,
        error_messages={"required": "Choose how often."},
    )
    period = forms.ChoiceField(choices=(), required=False)
    first_on = DayField("First day")
    last_on = DayField("Last day")
    what = forms.ChoiceField(
        choices=What.choices,
        initial=What.TEXTS,
        error_messages={"required": "Choose what is in it."},
    )
    has_words = forms.BooleanField(
        label="Names, words and full numbers",
        required=False,
        help_text="Without this, numbers show their last 3 digits only.",
    )
    kind = forms.ChoiceField(
        choices=Kind.choices, initial=Kind.CSV, error_messages={"required": "Choose the file."}
    )
    to = forms.CharField(
        label="Email addresses",
        required=False,
        max_length=LONGEST_TO,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_confirmed = forms.BooleanField(
        label="People outside the department may have it", required=False
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.known = {
            "week": periods.last_week(today),
            "month": periods.last_month(today),
            "year": periods.this_year(today, settings.FINANCIAL_YEAR_STARTS),
        }
        labels = {"week": "Last week", "month": "Last month", "year": "This financial year so far"}
        self.fields["period"].choices = [
            *((key, f"{labels[key]}, {period}") for key, period in self.known.items()),
            (OTHER, "Other dates"),
        ]
        self.fields["period"].initial = "month"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("often") != Often.ONCE:
            return cleaned
        if not cleaned.get("period") and "period" not in self.errors:
            self.add_error("period", "Choose the days that the report is about.")
        if cleaned.get("period") == OTHER:
            for name, which in (("first_on", "first"), ("last_on", "last")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"Choose the {which} day.")
        return cleaned

    def wanted(self) -> Wanted:
        """The argument of services.ask and services.change."""
        typed = self.cleaned_data
        often = Often(typed["often"])
        return Wanted(
            what=What(typed["what"]),
            has_words=typed["has_words"],
            kind=Kind(typed["kind"]),
            often=often,
            addresses=[each for each in re.split(r"[\s,;]+", typed["to"]) if each],
            period=self._period() if often == Often.ONCE else None,
            is_confirmed=typed["is_confirmed"],
        )

    def _period(self) -> Period:
        chosen = self.cleaned_data["period"]
        if chosen == OTHER:
            return Period(self.cleaned_data["first_on"], self.cleaned_data["last_on"])
        return self.known[chosen]


class ChangeForm(AskForm):
    """One that comes again: it has no period of its own."""

    def __init__(self, *args: Any, order: DeliveryOrder, **kwargs: Any) -> None:
        kept = {name: getattr(order, name) for name in ("often", "what", "has_words", "kind")}
        super().__init__(*args, initial={**kept, "to": "\n".join(order.addresses)}, **kwargs)
        for name in ("period", "first_on", "last_on"):
            del self.fields[name]
        self.fields["often"].choices = [each for each in Often.choices if each[0] != Often.ONCE]
