"""The dates of a message that is sent more than once, in London wall time. No clock."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from smsportal.lib import walltime
from smsportal.lib.choices import TextChoices

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
A_DAY = dt.timedelta(days=1)


class Every(TextChoices):
    DAY = "day", "Daily"
    WEEK = "week", "Weekly"
    MONTH = "month", "Monthly"


@dataclass(frozen=True)
class Pattern:
    every: str
    at: dt.time
    from_on: dt.date
    until_on: dt.date  # may be one of them
    days: tuple[int, ...] = ()  # of a weekly one: 0 is Monday
    is_last_day: bool = False  # of a monthly one: whatever day that is
    left_out: frozenset[dt.date] = frozenset()

    def dates(self, first: dt.date | None = None) -> Iterator[dt.date]:
        """From `first` on, in order, also those that are left out."""
        start = max(self.from_on, first or self.from_on)
        match self.every:
            case Every.MONTH:
                found = self._monthly(start)
            case Every.WEEK:
                found = (day for day in _days_from(start) if day.weekday() in self.days)
            case _:
                found = _days_from(start)
        for day in found:
            if day > self.until_on:
                return
            yield day

    def _monthly(self, start: dt.date) -> Iterator[dt.date]:
        """The day of the first date; in a month that has no such day, its last."""
        month = start.replace(day=1)
        while True:
            last = monthrange(month.year, month.month)[1]
            day = month.replace(day=last if self.is_last_day else min(self.from_on.day, last))
            if day >= start:
                yield day
            month = month.replace(day=last) + A_DAY

    def wall(self, day: dt.date) -> dt.datetime:
        """The naive London time that was asked for, whether the clocks show it or not."""
        return dt.datetime.combine(day, self.at)

    def ahead(self, now: dt.datetime) -> Iterator[dt.date]:
        """The dates on which it will go."""
        for day in self.dates(walltime.day_of(now) - A_DAY):
            if day not in self.left_out and moment(self.wall(day)) > now:
                yield day

    @property
    def is_clamped(self) -> bool:
        """Some months have no such day, so it goes on their last."""
        return self.every == Every.MONTH and not self.is_last_day and self.from_on.day > 28

    @property
    def words(self) -> str:
        """every Monday and Friday at 9:00am"""
        return f"{self._days_in_words} at {clock(self.at)}"

    @property
    def _days_in_words(self) -> str:
        if self.every == Every.MONTH:
            day = "last day" if self.is_last_day else _nth(self.from_on.day)
            return f"on the {day} of every month"
        if self.every == Every.WEEK and len(self.days) < len(DAYS):
            *some, last = [DAYS[day] for day in sorted(self.days)]
            return f"every {', '.join(some)} and {last}" if some else f"every {last}"
        return "every day"


def moment(wall: dt.datetime) -> dt.datetime:
    """In UTC. A time that the clocks skip comes an hour later; of two equal ones, the first."""
    try:
        return walltime.to_utc(wall, fold=0)
    except walltime.NoSuchTime as skipped:
        return walltime.to_utc(skipped.suggestion)


def odd_words(wall: dt.datetime) -> str:
    """What the clocks do to that time; "" on all but two days of a year."""
    if walltime.is_twice(wall):
        return f"{clock(wall.time())} comes twice that night: it goes the first time"
    real = moment(wall).astimezone(walltime.LONDON)
    if real.time() != wall.time():
        return f"there is no {clock(wall.time())} that night: it goes at {clock(real.time())}"
    return ""


def clock(at: dt.time) -> str:
    """9:00am"""
    return f"{at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"


def _days_from(day: dt.date) -> Iterator[dt.date]:
    while True:
        yield day
        day += A_DAY


def _nth(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
