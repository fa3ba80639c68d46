"""The days that a report is about, and when the next one is due. Pure: the day is passed in."""

import datetime as dt
from dataclasses import dataclass

from smsportal.lib import words
from smsportal.lib.choices import TextChoices
from smsportal.lib.walltime import financial_year_of, to_utc

DUE = dt.time(7)  # in the morning, in London
A_DAY = dt.timedelta(days=1)
MOST_DAYS = 732  # two years, of which one may be a leap year, so that a year can be compared


class Often(TextChoices):
    ONCE = "once", "Once"
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"


@dataclass(frozen=True)
class Period:
    """Both days are in it."""

    first_on: dt.date
    last_on: dt.date

    def __str__(self) -> str:
        first, last = self.first_on, self.last_on
        if first == last:
            return words.day(first)
        if (
            first.day == 1
            and (last + A_DAY).day == 1
            and (first.year, first.month)
            == (
                last.year,
                last.month,
            )
        ):
            return f"{first:%B %Y}"
        if first.year != last.year:
            return f"{words.day(first)} to {words.day(last)}"
        month = "" if first.month == last.month else f" {first:%B}"
        return f"{first.day}{month} to {words.day(last)}"


def last_week(today: dt.date) -> Period:
    """Monday to Sunday."""
    monday = today - dt.timedelta(days=today.weekday() + 7)
    return Period(monday, monday + dt.timedelta(days=6))


def last_month(today: dt.date) -> Period:
    last = today.replace(day=1) - A_DAY
    return Period(last.replace(day=1), last)


def this_year(today: dt.date, starts: tuple[int, int]) -> Period:
    """The financial year up to today."""
    return Period(financial_year_of(today, starts), today)


def before(often: Often, due_on: dt.date) -> Period:
    """What the report is about that is due on that day."""
    return last_week(due_on) if often == Often.WEEKLY else last_month(due_on)


def next_due(often: Often, after: dt.date) -> dt.date:
    """The first Monday, or first of a month, after that day."""
    if often == Often.WEEKLY:
        return after + dt.timedelta(days=7 - after.weekday())
    return (after.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def due_at(day: dt.date) -> dt.datetime:
    return to_utc(dt.datetime.combine(day, DUE))
