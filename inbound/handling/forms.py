"""Where texts go besides the portal, and what is answered by itself."""

import json
import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from inbound.handling.hours import Days
from inbound.handling.models import Handling
from inbound.handling.replying import EXAMPLES, FIELDS, filled, unknown_fields
from messaging.senders.models import Sender
from messaging.sending.services import MOST_PARTS
from messaging.text.repair import with_plain_line_ends
from messaging.text.segments import Measure, measure
from smsportal.lib.phone_lists import split_typed
from smsportal.lib.phones import BadNumber, display, normalise

MOST: Final = 20  # addresses, and numbers
_APART: Final = re.compile(r"[\s,;]+")


def lines(label: str, hint: str = "", **attrs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", **attrs})
    return forms.CharField(label=label, help_text=hint, required=False, widget=area)


def time_of_day(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as 09:00."},
    )


class HandlingForm(forms.Form):
    """What is unticked is emptied, and nothing is asked of it. Words of replies are kept for the
    day on which they are switched on again.
    """

    by_email = forms.BooleanField(label="Email", required=False)
    emails = lines("Email addresses", "One a line.")
    by_mobile = forms.BooleanField(label="Mobile number", required=False)
    mobiles = lines("Mobile numbers", "One a line.", inputmode="tel")
    replies = forms.BooleanField(required=False)
    reply = forms.CharField(
        label="Reply to send", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    has_hours = forms.BooleanField(label="Another reply outside these hours", required=False)
    opens_at = time_of_day("From")
    closes_at = time_of_day("until")
    days = forms.ChoiceField(label="On", choices=Days.choices, required=False)
    reply_outside = forms.CharField(
        label="Reply outside hours", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    example = EXAMPLES  # by which replies are counted
    example_json = json.dumps(EXAMPLES)

    def clean_reply(self) -> str:
        return with_plain_line_ends(self.cleaned_data["reply"]).strip()

    def clean_reply_outside(self) -> str:
        return with_plain_line_ends(self.cleaned_data["reply_outside"]).strip()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["emails"] = self._emails() if data.get("by_email") else []
        data["mobiles"] = self._mobiles() if data.get("by_mobile") else []
        data["has_hours"] = bool(data.get("replies") and data.get("has_hours"))
        if data.get("replies"):
            self._check_reply("reply")
        if data["has_hours"]:
            self._check_hours()
            self._check_reply("reply_outside")
        else:
            self._forget("opens_at", "closes_at")
        return data

    def fill(self, handling: Handling) -> None:
        """Put into the row what was chosen. For a valid form; nothing is saved."""
        data = self.cleaned_data
        for name in ("emails", "mobiles", "replies", "reply", "has_hours", "reply_outside"):
            setattr(handling, name, data[name])
        handling.opens_at = data.get("opens_at")
        handling.closes_at = data.get("closes_at")
        handling.days = data.get("days") or Days.WEEKDAYS

    @property
    def measured(self) -> Measure:
        """The reply as typed, counted with the examples."""
        return measure(filled(self["reply"].value() or "", self.example))

    def _emails(self) -> list[str]:
        typed = [each for each in _APART.split(self.cleaned_data.get("emails") or "") if each]
        if not typed:
            self.add_error("emails", "Write at least one email address, or untick Email.")
        for each in typed:
            try:
                validate_email(each)
            except ValidationError:
                words = f"{each[:80]} is not an email address. Write it as name@example.ac.uk."
                self.add_error("emails", words)
        self._limit("emails", "email addresses", typed)
        return list({each.casefold(): each.lower() for each in typed}.values())

    def _mobiles(self) -> list[str]:
        typed = [each for each, _ in split_typed(self.cleaned_data.get("mobiles") or "")]
        if not typed:
            self.add_error("mobiles", "Write at least one mobile number, or untick Mobile number.")
        numbers: dict[str, None] = {}
        for each in typed:
            try:
                numbers[normalise(each)] = None
            except BadNumber as why:
                self.add_error("mobiles", why.words)
        ours = Sender.objects.filter(number__in=list(numbers), released_at__isnull=True)
        for number in ours.values_list("number", flat=True):
            words = "is a number of this portal, so a copy would come back to us. Leave it out."
            self.add_error("mobiles", f"{display(number)} {words}")
        self._limit("mobiles", "mobile numbers", typed)
        return list(numbers)

    def _limit(self, name: str, noun: str, typed: list[str]) -> None:
        if len(typed) > MOST:
            words = f"These are {len(typed)} {noun}. There can be {MOST}. Take some out."
            self.add_error(name, words)

    def _check_reply(self, name: str) -> None:
        words = self.cleaned_data.get(name, "")
        if not words:
            self.add_error(name, "Write what to reply, or untick it.")
            return
        for field in unknown_fields(words):
            known = ", ".join(f"(({each}))" for each in FIELDS)
            self.add_error(name, f"(({field})) cannot be filled in. A reply can have {known}.")
        count = measure(filled(words, self.example)).parts
        if count > MOST_PARTS:
            most = f"It can make {MOST_PARTS}. Make it shorter."
            self.add_error(name, f"This reply makes {count} texts. {most}")

    def _check_hours(self) -> None:
        begin, end = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        for name, time in (("opens_at", begin), ("closes_at", end)):
            if time is None and name not in self.errors:
                self.add_error(name, "Write the time as 09:00.")
        if begin is not None and begin == end:
            self.add_error("closes_at", "The hours end when they begin. Choose another time.")

    def _forget(self, *names: str) -> None:
        for name in names:
            self.cleaned_data[name] = None
            self.errors.pop(name, None)


def initial_of(handling: Handling) -> dict[str, Any]:
    """The form of what is so now."""
    return {
        "by_email": bool(handling.emails),
        "emails": "\n".join(handling.emails),
        "by_mobile": bool(handling.mobiles),
        "mobiles": "\n".join(display(number) for number in handling.mobiles),
        "replies": handling.replies,
        "reply": handling.reply,
        "has_hours": handling.has_hours,
        "opens_at": handling.opens_at,
        "closes_at": handling.closes_at,
        "days": handling.days,
        "reply_outside": handling.reply_outside,
    }
