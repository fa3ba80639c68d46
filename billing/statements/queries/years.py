"""Which financial years there are, and what can be done with them."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from accounts.departments.models import Department
from billing.statements.models import YearEnd
from billing.tariffs.queries import year_of
from billing.tariffs.years import FinancialYear
from billing.usage.models import Uncounted
from smsportal.lib.walltime import day_of

LATE_DAYS: Final = 7  # reports of texts of the last days still come


@dataclass(frozen=True)
class Year:
    """A year as finance sees it on some day."""

    year: FinancialYear
    year_end: YearEnd | None  # once it is locked
    today: dt.date

    @property
    def begins(self) -> int:
        return self.year.first_on.year

    @property
    def is_locked(self) -> bool:
        return self.year_end is not None

    @property
    def is_over(self) -> bool:
        return self.today > self.year.last_on

    @property
    def late_until_on(self) -> dt.date:
        return self.year.last_on + dt.timedelta(days=LATE_DAYS)

    @property
    def is_late_over(self) -> bool:
        return self.today > self.late_until_on

    @property
    def step(self) -> int:
        """1 to 4, the one that is being done: it runs, late reports, check, locked."""
        return 1 + self.is_over + self.is_late_over + self.is_locked


def years(today: dt.date) -> list[Year]:
    """From the year of the first department to the running one, which comes first."""
    first = Department.objects.order_by("created_at").values_list("created_at", flat=True).first()
    earliest = min(day_of(first), today) if first else today
    locked = {year_end.first_on: year_end for year_end in YearEnd.objects.all()}
    found, year = [], year_of(today)
    while year.last_on >= earliest:
        found.append(Year(year, locked.get(year.first_on), today))
        year = year.previous
    return found


def year_that_begins(begins: int, today: dt.date) -> Year | None:
    """By the calendar year of its first day; None for one that has not begun, or long ago."""
    return next((each for each in years(today) if each.begins == begins), None)


def waits_for_counting(year: FinancialYear) -> bool:
    """Whether texts of the year have moved that the worker has not counted yet."""
    batches = Q(batch__accepted_at__lt=year.ends_at)
    return Uncounted.objects.filter(batches | Q(on__lte=year.last_on)).exists()
