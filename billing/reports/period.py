"""Which days a report is about: some months of one financial year. Pure."""

import datetime as dt
from dataclasses import dataclass

from billing.tariffs.years import DAY, FinancialYear
from smsportal.lib.walltime import month_of
from smsportal.lib.words import day


@dataclass(frozen=True)
class Period:
    """Days in London, the first and the last both included."""

    year: FinancialYear
    from_on: dt.date
    to_on: dt.date

    @property
    def is_from_the_start(self) -> bool:
        """Only such a period can say what is missing to the least for a year."""
        return self.from_on == self.year.first_on

    @property
    def months(self) -> list[dt.date]:
        """First days."""
        return [m for m in self.year.months if month_of(self.from_on) <= m <= self.to_on]

    @property
    def is_whole_year(self) -> bool:
        return (self.from_on, self.to_on) == (self.year.first_on, self.year.last_on)

    @property
    def words(self) -> str:
        return f"{day(self.from_on)} to {day(self.to_on)}"

    @property
    def slug(self) -> str:
        """For the name of a file."""
        return f"{self.from_on:%Y-%m}-to-{self.to_on:%Y-%m}"

    def is_so_far(self, month: dt.date) -> bool:
        """Whether that month goes on."""
        return last_of(month) > self.to_on


def period(
    year: FinancialYear, first: dt.date | None, last: dt.date | None, *, today: dt.date
) -> Period:
    """first, last: months of the year, in either order; without one, to the year's end. Nothing
    that lies ahead is in it.
    """
    months = [month for month in year.months if month <= today] or [year.months[0]]
    first, last = first or months[0], last or months[-1]
    first, last = min(first, last), max(first, last)
    to_on = min(last_of(last), year.last_on, max(today, year.first_on))
    return Period(year, max(first, year.first_on), max(to_on, first))


def last_of(month: dt.date) -> dt.date:
    return month_of(month + 31 * DAY) - DAY
