"""Europe/London wall time. Twice a year an hour is missing, or comes twice."""

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class NoSuchTime(ValueError):
    """The clocks jump over this time. `suggestion` is the naive time an hour later."""

    def __init__(self, suggestion: dt.datetime) -> None:
        super().__init__(f"No such time; {suggestion:%H:%M} comes an hour later")
        self.suggestion = suggestion


class TwiceThatNight(ValueError):
    """The clocks go back over this time: ask which one. fold=0 is the first, summer time."""


def to_utc(wall: dt.datetime, fold: int | None = None) -> dt.datetime:
    """A naive London time as an aware UTC one. Raises NoSuchTime, TwiceThatNight (fold=None)."""
    first, second = (wall.replace(tzinfo=LONDON, fold=n).astimezone(dt.UTC) for n in (0, 1))
    if first == second:
        return first
    if first.astimezone(LONDON).replace(tzinfo=None) != wall:
        raise NoSuchTime(wall + dt.timedelta(hours=1))
    if fold is None:
        raise TwiceThatNight(f"{wall:%H:%M} comes twice that night")
    return second if fold else first


def is_twice(wall: dt.datetime) -> bool:
    """Whether the clocks show this naive London time twice."""
    try:
        to_utc(wall)
    except TwiceThatNight:
        return True
    except NoSuchTime:
        return False
    return False


def day_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(LONDON).date()


def start_of(day: dt.date) -> dt.datetime:
    """Midnight at the beginning of that day in London, in UTC."""
    return dt.datetime.combine(day, dt.time(), LONDON).astimezone(dt.UTC)


def month_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def financial_year_of(day: dt.date, starts: tuple[int, int] = (8, 1)) -> dt.date:
    """The first day of the financial year (1 August) that `day` lies in."""
    first = dt.date(day.year, *starts)
    return first if day >= first else dt.date(day.year - 1, *starts)
