"""The forms of users and administrators. What is right and wrong about them is in details.py."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict
from django.http import QueryDict

from accounts.departments.forms import PoundsField
from accounts.departments.models import Department
from accounts.people.details import Details, Member, looks_generic, tidy
from accounts.people.models import Person
from accounts.people.queries import problems_with
from accounts.people.roles import RoleName

YES_NO = ((True, "Yes"), (False, "No"))
MEMBER = ("name", "username", "email", "phone")
CAPS = ("parts_per_day_cap", "pounds_per_month_cap")
KEPT = ("username", "email", "allow_emergency")  # by a form that does not ask for them


def line(label: str, **options: Any) -> forms.CharField:
    """One line of text. Whether it may stay empty, and in which words, is for details.py."""
    attrs = options.pop("attrs", {})
    field = forms.CharField(
        label=label, required=False, max_length=254, widget=forms.TextInput(attrs=attrs), **options
    )
    field.error_messages["max_length"] = f"{label} is longer than %(limit_value)d characters."
    return field


def yes_or_no(label: str, help_text: str) -> forms.TypedChoiceField:
    """No, where nothing is chosen."""
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "True",
        initial=False,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        help_text=help_text,
    )


class AccountForm(forms.Form):
    """What users and administrators have in common. Its problems are those of problems_with()."""

    role: RoleName

    name = line("Name", attrs={"autocomplete": "off"})
    is_name_confirmed = forms.BooleanField(label="This is a person’s name", required=False)
    email = line("University email", attrs={"type": "email", "autocomplete": "off"})
    extension = line("University extension", attrs={"inputmode": "tel", "autocomplete": "off"})

    def __init__(
        self,
        *args: Any,
        department: Department | None,
        now: dt.datetime,
        person: Person | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.department, self.now, self.person = department, now, person

    @property
    def asks_for_confirmation(self) -> bool:
        """Whether to show the tick under the name: only when it is needed."""
        name = self["name"].value() or ""
        return (
            self.is_bound and "name" in self.errors and bool(name.strip()) and looks_generic(name)
        )

    def details(self) -> Details:
        """What a valid form says; where it does not ask, what the account has."""
        person, cleaned = self.person, self.cleaned_data
        kept = {name: getattr(person, name) for name in KEPT} if person else {}
        said = {each.name: cleaned[each.name] for each in fields(Details) if each.name in cleaned}
        return Details(**{**kept, **said})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            for problem in self._problems():
                self.show(problem.field, problem.words)
        return cleaned

    def show(self, field: str, words: str) -> None:
        self.add_error(field if field in self.fields else None, words)

    def _problems(self) -> list:
        tidied = tidy(self.details())
        if self.person is not None and tidied.name == self.person.name:
            tidied = Details(**{**vars(tidied), "is_name_confirmed": True})
        return problems_with(
            tidied, role=self.role, department=self.department, now=self.now, person=self.person
        )


class MemberForm(forms.Form):
    name = line("Name")
    username = line("Username")
    email = line("University email", attrs={"type": "email"})
    phone = line("Extension")


MemberRows = forms.formset_factory(MemberForm, extra=0)


class UserForm(AccountForm):
    role = RoleName("user")

    username = line(
        "Username",
        help_text="Their single sign-on username.",
        attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    field_order = ("name", "is_name_confirmed", "username", "email", "other_domain_reason")
    email = line(
        "Email",
        help_text="University address. To use Email to SMS from another address, enter that one.",
        attrs={"type": "email", "autocomplete": "off"},
    )
    other_domain_reason = line(
        "Why another address", help_text="Only for one outside the university."
    )
    allow_relay = yes_or_no(
        "Allow relay of Email to SMS",
        help_text="They can text by sending an email from the address above. Only the subject "
        "line is sent.",
    )
    allow_emergency = yes_or_no(
        "Allow emergency texts",
        help_text="They go before everything else, at once, and over every limit. You and Finance "
        "are told of each one.",
    )
    is_limited = forms.BooleanField(
        label="Limit how much they can send",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "reveal-on"}),
    )
    parts_per_day_cap = forms.IntegerField(
        label="Most texts in a day",
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="A long message counts as several texts.",
        error_messages={
            "invalid": "Enter the most texts in a day as a number, for example 200.",
            "min_value": "Enter 1 or more, or take the tick away.",
            "max_value": "Enter 1,000,000 or less, or take the tick away.",
        },
    )
    pounds_per_month_cap = PoundsField("Most pounds in a month", most=1_000_000, example=20)
    is_generic = forms.BooleanField(
        label="Several people use this account",
        required=False,
        help_text="Finance needs the name of each one.",
        widget=forms.CheckboxInput(attrs={"class": "reveal-on"}),
    )
    notes = forms.CharField(
        label="Notes", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, data: QueryDict | None = None, *, gives_emergency: bool = False, **kwargs: Any
    ) -> None:
        rows = kwargs.pop("members", [])
        person = kwargs.get("person")
        if data is None and person is not None:
            kwargs["initial"] = _initial(person)
            rows = list(person.members.order_by("pk").values(*MEMBER))
        super().__init__(data, **kwargs)
        if not gives_emergency:
            del self.fields["allow_emergency"]
        if data is None:
            self.members: BaseFormSet = MemberRows(prefix="members", initial=rows or [{}])
        else:
            self.members = MemberRows(_rows(data), prefix="members")

    def details(self) -> Details:
        self.members.is_valid()
        rows = (form.cleaned_data for form in self.members)
        caps: dict[str, Any] = {
            name: self.cleaned_data[name] if self.cleaned_data["is_limited"] else None
            for name in CAPS
        }
        return replace(
            super().details(),
            members=tuple(Member(**{name: row.get(name, "") for name in MEMBER}) for row in rows),
            **caps,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_said = any(cleaned.get(name) or name in self.errors for name in CAPS)
        if cleaned.get("is_limited") and not is_said:
            words = "Enter the most texts in a day, for example 200, or the most pounds in a month."
            self.add_error("parts_per_day_cap", words)
        return cleaned

    def show(self, field: str, words: str) -> None:
        prefix, _, rest = field.partition("-")
        if prefix == "members" and rest:
            number, _, name = rest.partition("-")
            self.members.forms[int(number)].add_error(name, words)
            # Only what is wrong here keeps the form from being saved.
            self.has_bad_members = True
        else:
            super().show(field, words)

    has_bad_members = False

    def without_words(self) -> "UserForm":
        """The same with what was typed, and nothing called wrong yet."""
        self._errors = ErrorDict()
        for row in self.members:
            row._errors = ErrorDict()
        return self

    def is_valid(self) -> bool:
        return super().is_valid() and not self.has_bad_members


class AdminForm(AccountForm):
    """The messaging team's; an administrator's own form is OwnDetailsForm."""

    role = RoleName("admin")

    username = line(
        "Username",
        help_text="Their single sign-on username with “admin” added, for example ouit0423admin.",
        attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    field_order = ("username",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        person = kwargs.get("person")
        if person is not None:
            kwargs.setdefault("initial", _initial(person))
        super().__init__(*args, **kwargs)
        self.fields["extension"].help_text = "Five or six digits, not a mobile."
        if person is not None:
            del self.fields["username"]


class OwnDetailsForm(AdminForm):
    """S34. The address is the messaging team's to change."""

    email = None  # type: ignore[assignment]


def _initial(person: Person) -> dict[str, Any]:
    names = [field for field in UserForm.base_fields if hasattr(person, field)]
    return {
        **{name: getattr(person, name) for name in names},
        "is_limited": any(getattr(person, name) is not None for name in CAPS),
    }


def _rows(data: QueryDict) -> Mapping[str, str]:
    """The rows of a shared account as posted, without empty ones, after "add" or "remove"."""
    count = int(total) if (total := data.get("members-TOTAL_FORMS", "")).isdecimal() else 0
    rows = [
        {name: data.get(f"members-{n}-{name}", "") for name in MEMBER}
        for n in range(min(count, 200))
    ]
    dropped = data.get("drop", "")
    if dropped.isdecimal() and int(dropped) < len(rows):
        del rows[int(dropped)]
    rows = [row for row in rows if any(value.strip() for value in row.values())]
    if data.get("do") == "another" or not rows:
        rows.append(dict.fromkeys(MEMBER, ""))
    return {
        "members-TOTAL_FORMS": str(len(rows)),
        "members-INITIAL_FORMS": "0",
        **{f"members-{n}-{name}": row[name] for n, row in enumerate(rows) for name in row},
    }
