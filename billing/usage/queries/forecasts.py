"""What a financial year will have cost by its end, if it goes on like this."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from accounts.departments.models import Department
from billing.tariffs.queries import price_book, year_of
from billing.usage.queries import rental_months, rows
from billing.usage.queries.minimum import minimum_of
from smsportal.lib.walltime import day_of


@dataclass(frozen=True)
class Forecast:
    """Tenths of a penny; without the minimum, which `or_minimum` adds."""

    department_id: int
    day_count: int  # days of the year that it has had so far
    days_left: int
    used_tenths: int  # texts out and in
    rent_tenths: int  # keywords and numbers, months begun so far
    rent_ahead_tenths: int  # those that it still has, for the months left
    minimum_tenths: int

    @property
    def so_far_tenths(self) -> int:
        return self.used_tenths + self.rent_tenths

    @property
    def year_tenths(self) -> int:
        """Texts go on day by day as they did, half up to a tenth; rents are known."""
        days = self.day_count
        ahead = (2 * self.used_tenths * self.days_left + days) // (2 * days) if days else 0
        return self.so_far_tenths + ahead + self.rent_ahead_tenths

    @property
    def or_minimum_tenths(self) -> int:
        return max(self.year_tenths, self.minimum_tenths)


def forecasts(*, on: dt.date, department_ids: Collection[int] | None = None) -> dict[int, Forecast]:
    """Of each department that is open on `on`, or has used anything in the year of it. `on` counts
    as a whole day: give yesterday for figures that do not rise within the day.
    """
    year, used, rent, ahead = year_of(on), Counter[int](), Counter[int](), Counter[int]()
    first, last = year.first_on, year.last_on
    for row in rows(from_on=first, to_on=on, department_ids=department_ids, by=["department"]):
        used[row.department_id or 0] += row.total_tenths
    for line in rental_months(from_on=first, to_on=last, department_ids=department_ids):
        has_begun = line.months[0] <= on
        (rent if has_begun else ahead)[line.department_id] += line.cost_tenths
    minimum = minimum_of(year, on, price_book())
    return {
        department.pk: Forecast(
            department.pk,
            _days_had(department, first, on),
            year.day_count - year.elapsed_days(on),
            used[department.pk],
            rent[department.pk],
            ahead[department.pk],
            minimum.tenths(department, has_used=bool(used[department.pk] or rent[department.pk])),
        )
        for department in _departments(department_ids)
        if department.is_open or used[department.pk] or rent[department.pk]
    }


def _departments(ids: Collection[int] | None) -> Collection[Department]:
    found = Department.objects.order_by("name")
    return found if ids is None else found.filter(pk__in=ids)


def _days_had(department: Department, first_on: dt.date, on: dt.date) -> int:
    """One that was opened within the year has had fewer."""
    begun = max(first_on, day_of(department.created_at))
    return max((on - begun).days + 1, 0)
