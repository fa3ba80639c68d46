"""What somebody asks of a report, from the address; and how the journal is to look."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import Http404

from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from billing.reports import journal
from billing.reports.access import departments_charged, reach_of
from billing.reports.journal import Layout
from billing.reports.period import Period, period
from billing.reports.queries import Asked
from billing.reports.queries.choices import groupings, person_within, years
from billing.reports.tables import Grouping

SOURCES = [
    ("", "Anywhere"),
    ("portal", "The portal"),
    ("email", "Email to SMS"),
    ("repeat", "Repeating"),
    ("2way", "2WAY"),
    ("reply", "Automatic replies"),
    ("forward", "Forwarded to mobiles"),
    ("confirmation", "Answers to STOP and START"),
    ("keyword", "Inbound to keywords"),
    ("number", "Inbound to numbers"),
]


class ReportForm(forms.Form):
    """Wrong values narrow nothing rather than complain; what is not the reader's is not there."""

    year = forms.ChoiceField(label="Financial year", required=False)
    from_ = forms.ChoiceField(label="From", required=False)
    to = forms.ChoiceField(label="Up to the end of", required=False)
    code = forms.CharField(
        label="Cost centre or Project Task code",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "All"}),
    )
    kind = forms.ChoiceField(
        label="Kind of code", required=False, choices=[("", "Both"), *CodeKind.choices]
    )
    department = forms.ChoiceField(label="Department", required=False)
    source = forms.ChoiceField(label="Sent from", required=False, choices=SOURCES)
    by = forms.CharField(required=False, widget=forms.HiddenInput)
    user = forms.CharField(required=False, widget=forms.HiddenInput)
    only = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, person: Person, today: dt.date) -> None:
        self.person, self.today, self.reach = person, today, reach_of(person)
        self.groupings = groupings(person)
        self.years = years(today)
        wanted = data.get("year")
        self.financial_year = next((y for y in self.years if y.label == wanted), self.years[0])
        begun = [month for month in self.financial_year.months if month <= today]
        months = {f"{month:%Y-%m}": f"{month:%B %Y}" for month in begun}
        super().__init__(self._filled_in(data, list(months)))
        self.fields["year"].choices = [(year.label, year.words) for year in self.years]
        self.fields["from_"].choices = self.fields["to"].choices = list(months.items())
        self._choose_department()

    def _filled_in(self, data: Any, months: list[str]) -> dict[str, str]:
        """A month of another year, or none, is the first or the last one."""
        usual = {"from": months[0], "to": months[-1]}
        chosen = {name: data.get(name) for name in usual if data.get(name) in months}
        return {**data.dict(), "year": self.financial_year.label, **usual, **chosen}

    def _choose_department(self) -> None:
        if self.reach.department_id is not None:
            for name in ("department", "code", "kind"):
                del self.fields[name]
            return
        everyone = departments_charged(self.person).order_by("name").values_list("uid", "name")
        choices = [(str(uid), name) for uid, name in everyone]
        self.fields["department"].choices = [("", "All"), *choices]

    def add_prefix(self, field_name: str) -> str:
        """`from` is a word of Python, and not of addresses."""
        return super().add_prefix(field_name.rstrip("_"))

    def asked(self) -> Asked:
        """Raises Http404 for a department or user whose charges are not the reader's to see."""
        self.is_valid()
        cleaned = self.cleaned_data
        return Asked(
            self.period(),
            self._by(cleaned.get("by", "")),
            department=self._department(),
            code_kind=cleaned.get("kind", ""),
            code=cleaned.get("code", "").strip(),
            source=cleaned.get("source", ""),
            person=self._person(),
            is_used_only=cleaned.get("only") == "used",
        )

    def period(self) -> Period:
        self.is_valid()
        first, last = (
            dt.date.fromisoformat(f"{month}-01") if (month := self.cleaned_data.get(name)) else None
            for name in ("from_", "to")
        )
        return period(self.financial_year, first, last, today=self.today)

    def _by(self, wanted: str) -> Grouping:
        return next((each for each in self.groupings if each == wanted), self.groupings[0])

    def _department(self) -> Department | None:
        if not (uid := _uid(self.data.get("department"))):
            return None
        found = departments_charged(self.person).filter(uid=uid).first()
        if found is None:
            raise Http404
        return found

    def _person(self) -> Person | None:
        if not (uid := _uid(self.data.get("user"))):
            return None
        found = person_within(uid, self.reach)
        if found is None:
            raise Http404
        return found


def _uid(typed: str | None) -> uuid.UUID | None:
    if not typed:
        return None
    try:
        return uuid.UUID(typed)
    except ValueError:
        raise Http404 from None


class JournalForm(forms.Form):
    """A place and a heading for each column there can be: without a place it is left out."""

    debit_account = forms.CharField(
        label="Debit account",
        max_length=20,
        error_messages={"required": "Write the account that is debited."},
    )
    credit_account = forms.CharField(
        label="Credit account",
        max_length=20,
        error_messages={"required": "Write the account that is credited."},
    )

    def __init__(self, data: Any = None, *, layout: Layout) -> None:
        places = {key: at for at, (key, _) in enumerate(layout.columns, start=1)}
        headings = dict(layout.columns)
        initial = {"debit_account": layout.debit_account, "credit_account": layout.credit_account}
        for key, usual in journal.COLUMNS.items():
            initial[f"place_{key}"] = str(places.get(key, ""))
            initial[f"heading_{key}"] = headings.get(key, usual)
        super().__init__(data, initial=initial)
        for key, usual in journal.COLUMNS.items():
            self.fields[f"place_{key}"] = forms.CharField(
                label=f"Place of {usual}",
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"heading_{key}"] = forms.CharField(
                label=f"Heading of {usual}", required=False, max_length=40
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "key": key,
                "usual": usual,
                "place": self[f"place_{key}"],
                "heading": self[f"heading_{key}"],
            }
            for key, usual in journal.COLUMNS.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        places: dict[int, str] = {}
        headings: dict[str, str] = {}
        for key in journal.COLUMNS:
            if place := self._place(key):
                self._take(places, place, f"place_{key}", key)
                self._take_heading(headings, key)
        for key in journal.NEEDED:
            if key not in places.values() and not self.errors.get(f"place_{key}"):
                usual = journal.COLUMNS[key]
                self.add_error(f"place_{key}", f"{usual} is needed. Give it a place.")
        cleaned["columns"] = tuple(
            (key, cleaned.get(f"heading_{key}", "")) for _, key in sorted(places.items())
        )
        return cleaned

    def _place(self, key: str) -> int | None:
        typed = self.cleaned_data.get(f"place_{key}", "").strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and int(typed) > 0):
            self.add_error(
                f"place_{key}",
                f"{typed} is no place. Write 1 for the first column, 2 for the next.",
            )
            return None
        return int(typed)

    def _take(self, places: dict[int, str], place: int, field: str, key: str) -> None:
        if place in places:
            other = journal.COLUMNS[places[place]]
            self.add_error(field, f"{other} has place {place} already. Give this another one.")
        else:
            places[place] = key

    def _take_heading(self, headings: dict[str, str], key: str) -> None:
        field = f"heading_{key}"
        heading = self.cleaned_data.get(field, "").strip()
        if not heading:
            self.add_error(field, "Write the heading of this column.")
        elif heading.casefold() in headings:
            self.add_error(field, f"Another column is called {heading} too. Change one of them.")
        headings[heading.casefold()] = key

    def layout(self) -> Layout:
        cleaned = self.cleaned_data
        return Layout(cleaned["debit_account"], cleaned["credit_account"], cleaned["columns"])
