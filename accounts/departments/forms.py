"""The department as the messaging team fills it in."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.html import format_html

from accounts.departments import rules
from accounts.departments.models import CodeKind, Department, TagState
from accounts.departments.services import CAP_FIELDS, Caps
from smsportal.lib.amounts import without_groups
from smsportal.lib.errors import Refused

MOST_POUNDS = 2_000_000_000


def ruled(rule: Callable[..., Any], *values: Any) -> Any:
    """What a rule makes of a value, its refusal as the error of the field."""
    try:
        return rule(*values)
    except Refused as refused:
        raise forms.ValidationError(refused.words) from refused


def whole(value: Any) -> str:
    """What was typed without what people put into a whole number: "£1,000" as "1000"."""
    return without_groups(str(value or "")).replace(" ", "").lstrip("£")


class PoundsField(forms.IntegerField):
    """Whole pounds; people may write £1,000. A refusal names what was typed."""

    def __init__(self, label: str, *, most: int, example: int) -> None:
        self.most, self.example = most, example
        super().__init__(
            label=label, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
        )

    def to_python(self, value: Any) -> int | None:
        typed = " ".join(str(value or "").split())
        said = whole(typed)
        if not said:
            return None
        if not re.fullmatch(r"-?\d{1,20}", said):
            what = f"{typed[:20]} is not a whole number of pounds"
            raise forms.ValidationError(f"{what}: write it without pence, such as {self.example}.")
        pounds = int(said)
        if not 1 <= pounds <= self.most:
            raise forms.ValidationError(
                f"{typed[:20]} is not between £1 and £{self.most:,}. Correct it, or leave it empty "
                "for no limit."
            )
        return pounds

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


class TextsField(forms.IntegerField):
    """A number of texts; people may write 5,000."""

    def __init__(self, label: str, required: str = "") -> None:
        super().__init__(
            label=label,
            min_value=1,
            max_value=2_000_000_000,
            required=bool(required),
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={
                "required": required,
                "invalid": "Give a whole number of texts, such as 5,000.",
                "min_value": "Give at least 1, or leave it empty for no limit.",
                "max_value": "Give at most 2,000,000,000, or leave it empty for no limit.",
            },
        )

    def to_python(self, value: Any) -> int | None:
        return super().to_python(whole(value))

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


class FindForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[
            ("", "Any status"),
            ("active", "Active"),
            ("frozen", "Frozen"),
            ("closed", "Closed"),
        ],
    )


class DepartmentForm(forms.Form):
    name = forms.CharField(
        label="Name",
        required=False,
        help_text="The cost code is always shown after the name, so leave it out here.",
    )
    code = forms.CharField(label="New code", required=False)
    code_kind = forms.ChoiceField(label="Kind", choices=CodeKind.choices, required=False)
    code_from = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Choose a day, such as 1 August 2027."},
    )
    # Not stripped: a space at an end is a broken rule, to be shown and not mended unseen.
    alpha_tag = forms.CharField(label="Alpha tag", required=False, strip=False)
    tag_state = forms.ChoiceField(label="State", choices=TagState.choices)
    per_year = TextsField("Most in a year")
    per_month = TextsField("Most in a month")
    per_batch = TextsField("Most in one message", required="Give the most texts in one message.")
    pounds_per_month = PoundsField("Most pounds in a month", most=MOST_POUNDS, example=50)
    strips_subject_prefixes = forms.BooleanField(
        label="Leave out Re:, Fwd: and [EXTERNAL]",
        required=False,
        help_text="Mail programs put them before the subject line, which is the text.",
    )

    def __init__(self, *args: Any, department: Department, today: dt.date, **kwargs: Any) -> None:
        self.department, self.today = department, today
        kwargs["initial"] = {
            "name": department.name,
            "alpha_tag": department.next_alpha_tag or department.alpha_tag,
            "tag_state": (
                TagState.REQUESTED if department.next_alpha_tag else department.alpha_tag_state
            ),
            "per_year": department.parts_per_year_cap,
            "per_month": department.parts_per_month_cap,
            "per_batch": department.parts_per_batch_cap,
            "pounds_per_month": department.pounds_per_month_cap,
            "strips_subject_prefixes": department.strips_subject_prefixes,
        }
        super().__init__(*args, **kwargs)
        self.fields["alpha_tag"].help_text = format_html(
            "Who texts appear to come from. <span data-rule-length>{}</span> of 11 characters.",
            len(self.data.get("alpha_tag", self.initial["alpha_tag"])),
        )

    def clean_name(self) -> str:
        code = self.department.code_on(self.today)
        return ruled(rules.clean_name, self.cleaned_data["name"], str(code))

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        return ruled(rules.clean_code, code) if code else ""

    def clean_code_from(self) -> dt.date | None:
        code, day = self.cleaned_data.get("code"), self.cleaned_data["code_from"]
        return ruled(rules.clean_day, code, day, self.today) if code else None

    def clean_alpha_tag(self) -> str:
        return ruled(rules.clean_tag, self.cleaned_data["alpha_tag"])

    def asked(self) -> dict[str, Any]:
        """The arguments of services.edit."""
        asked = dict(self.cleaned_data)
        caps = Caps(**{name: asked.pop(name) for name in CAP_FIELDS})
        return {**asked, "caps": caps}


class FreezeForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=200,
        help_text="The people of the department read it.",
        error_messages={"required": "Say why: the people of the department read it."},
    )
