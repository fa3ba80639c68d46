"""When departments are asked whether they still need the service. Pure: the day is passed in."""

import datetime as dt
from dataclasses import dataclass

from smsportal.lib.walltime import financial_year_of


@dataclass(frozen=True)
class Stage:
    """The n-th mail about a year: 1 asks, 2 and 3 remind."""

    number: int
    on: dt.date

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def is_last(self) -> bool:
        return self.number == LAST


LAST = 3
LAST_DAYS = 14  # before the year begins


def next_year(today: dt.date, starts: tuple[int, int]) -> dt.date:
    """The first day of the financial year after the one that `today` lies in."""
    first = financial_year_of(today, starts)
    return first.replace(year=first.year + 1)


def stages(year_begins_on: dt.date) -> list[Stage]:
    """1 June, 1 July and 18 July, for a year that begins on 1 August."""
    return [
        Stage(1, _months_before(year_begins_on, 2)),
        Stage(2, _months_before(year_begins_on, 1)),
        Stage(3, year_begins_on - dt.timedelta(days=LAST_DAYS)),
    ]


def stage_on(today: dt.date, year_begins_on: dt.date) -> Stage | None:
    """The latest stage that has come; None before the first, and once the year has begun."""
    if today >= year_begins_on:
        return None
    come = [stage for stage in stages(year_begins_on) if stage.on <= today]
    return come[-1] if come else None


def last_day(year_begins_on: dt.date) -> dt.date:
    """Of the year before: until its end a department that cancelled goes on."""
    return year_begins_on - dt.timedelta(days=1)


def _months_before(day: dt.date, months: int) -> dt.date:
    month = day.year * 12 + day.month - 1 - months
    # Whatever day of the month a year begins on, every month has a 28th.
    return dt.date(month // 12, month % 12 + 1, min(day.day, 28))
