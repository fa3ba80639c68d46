"""Limits in texts and in money, and what is left of them."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.sending.models import Allowance
from smsportal.lib import walltime
from smsportal.lib.words import money


class Cap(NamedTuple):
    scope: str
    owner_id: int
    period_on: dt.date
    limit: int | None  # parts; None: no cap, but use is counted all the same
    words: str  # "this month", as said of the period
    ask: str
    limit_tenths: int | None = None  # what they cost, beside it

    @property
    def is_personal(self) -> bool:
        return self.scope.startswith("person")


# Always in this order, so that two who reserve cannot wait for each other.
CAP_ORDER = ("department_year", "department_month", "person_month", "person_day", "relay_day")


def caps_of(person: Person, day: dt.date, *, admins: str = "") -> list[Cap]:
    """admins: whom to ask for more, where that is known; else they are looked up by name."""
    ask = f"Ask {admins or _admins(person.department)} to raise it."
    of = _periods(day, settings.FINANCIAL_YEAR_STARTS)
    return [
        *caps_of_department(person.department, day),
        Cap("person_month", person.pk, of.month_on, None, f"you in {of.month}", ask,
            _tenths(person.pounds_per_month_cap)),
        Cap("person_day", person.pk, day, person.parts_per_day_cap, f"you on {of.day}", ask),
    ]  # fmt: skip


def caps_of_department(department: Department, day: dt.date) -> list[Cap]:
    of = _periods(day, settings.FINANCIAL_YEAR_STARTS)
    team = "Ask the messaging team to raise it."
    return [
        Cap("department_year", department.pk, of.year_on, department.parts_per_year_cap,
            f"{department} in the year from {of.year}", team),
        Cap("department_month", department.pk, of.month_on, department.parts_per_month_cap,
            f"{department} in {of.month}", team, _tenths(department.pounds_per_month_cap)),
    ]  # fmt: skip


class Periods(NamedTuple):
    """Those that a day is in, and how they are called."""

    year_on: dt.date
    month_on: dt.date
    year: str  # the day it begins
    month: str
    day: str


@lru_cache(maxsize=8)  # they are asked for with every mail
def _periods(day: dt.date, year_starts: tuple[int, int]) -> Periods:
    year_on = walltime.financial_year_of(day, year_starts)
    return Periods(
        year_on=year_on,
        month_on=walltime.month_of(day),
        year=f"{year_on.day} {year_on:%B %Y}",
        month=f"{day:%B %Y}",
        day=f"{day.day} {day:%B}",
    )


def _tenths(pounds: int | None) -> int | None:
    return None if pounds is None else pounds * 1000


def _admins(department: Department) -> str:
    names = Person.objects.admins().live().filter(department=department).order_by("name")
    listed = " or ".join(names.values_list("name", flat=True)[:3])
    return f"{listed}, your department administrator," if listed else "your administrator"


def used_of(cap: Cap) -> tuple[int, int]:
    """Parts, and tenths of a penny."""
    used = Allowance.objects.filter(
        scope=cap.scope, owner_id=cap.owner_id, period_on=cap.period_on
    ).values_list("used_count", "used_tenths")
    return used.first() or (0, 0)


@dataclass(frozen=True)
class Left:
    """words: of the period; said: "5 of 10 texts", "£1.40 of £20.00"."""

    words: str
    said: str
    left: int  # parts, or tenths of a penny
    is_money: bool = False

    def is_less_than(self, parts: int, tenths: int) -> bool:
        return self.left < (tenths if self.is_money else parts)


def left_of(cap: Cap) -> list[Left]:
    """Of each of its two limits that is set."""
    return lefts(cap, *used_of(cap))


def lefts(cap: Cap, parts: int, tenths: int) -> list[Left]:
    """The same where so many parts and tenths of a penny of it are used."""
    found = []
    if cap.limit is not None:
        left = max(0, cap.limit - parts)
        found.append(Left(cap.words, f"{left:,} of {cap.limit:,} texts", left))
    if cap.limit_tenths is not None:
        left = max(0, cap.limit_tenths - tenths)
        said = f"{money(left)} of {money(cap.limit_tenths)}"
        found.append(Left(cap.words, said, left, is_money=True))
    return found


def allowance_left(person: Person, *, now: dt.datetime) -> list[Left]:
    """What is left of each cap that is set."""
    return [left for cap in caps_of(person, walltime.day_of(now)) for left in left_of(cap)]
