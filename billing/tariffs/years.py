"""Financial years: which one a day lies in, where it begins and ends, its months. Pure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from smsportal.lib import walltime

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class FinancialYear:
    """Days in London, the first and the last both included."""

    first_on: dt.date
    last_on: dt.date

    @property
    def starts_at(self) -> dt.datetime:
        """Midnight in London, in UTC."""
        return walltime.start_of(self.first_on)

    @property
    def ends_at(self) -> dt.datetime:
        """The first moment after it."""
        return walltime.start_of(self.last_on + DAY)

    @property
    def label(self) -> str:
        """2025/26, or 2025 where it is the calendar's."""
        first, last = self.first_on.year, self.last_on.year
        return f"{first}" if first == last else f"{first}/{last % 100:02}"

    @property
    def words(self) -> str:
        """2025 to 2026"""
        first, last = self.first_on.year, self.last_on.year
        return f"{first}" if first == last else f"{first} to {last}"

    @property
    def months(self) -> tuple[dt.date, ...]:
        """The first day of each calendar month that has days of it."""
        return tuple(months_between(self.first_on, self.last_on))

    @property
    def day_count(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def next(self) -> "FinancialYear":
        return _from(self.last_on + DAY)

    @property
    def previous(self) -> "FinancialYear":
        first = self.first_on
        return FinancialYear(first.replace(year=first.year - 1), first - DAY)

    def __contains__(self, day: dt.date) -> bool:
        return self.first_on <= day <= self.last_on

    def elapsed_days(self, on: dt.date) -> int:
        """How many of its days have begun by the end of `on`."""
        return min(max((on - self.first_on).days + 1, 0), self.day_count)


def year_of(day: dt.date, starts: tuple[int, int]) -> FinancialYear:
    """The one that `day` lies in. starts: month and day, as settings.FINANCIAL_YEAR_STARTS."""
    return _from(walltime.financial_year_of(day, starts))


def _from(first_on: dt.date) -> FinancialYear:
    return FinancialYear(first_on, first_on.replace(year=first_on.year + 1) - DAY)


def months_between(first_on: dt.date, last_on: dt.date) -> Iterator[dt.date]:
    """The first day of each calendar month from the one of `first_on` to that of `last_on`."""
    month = walltime.month_of(first_on)
    while month <= last_on:
        yield month
        month = walltime.month_of(month + 31 * DAY)
