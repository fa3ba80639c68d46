"""The time that a person asked for, as naive wall time in London."""

import datetime as dt
import re

from smsportal.lib.errors import Refused

_MONTHS = {
    name: n
    for n, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|"
        "sep sept september|oct october|nov november|dec december".split("|"),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})")
_WORDS = re.compile(r"(?:[a-z]+ )?(?P<day>\d{1,2}) (?P<month>[a-z]+)(?: (?P<year>\d{4}))?")
_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?::\d{2})? ?(?P<half>am|pm)?")


def wall_time(date: str, time: str, *, today: dt.date) -> dt.datetime:
    """Raises Refused, naming what was typed, when either cannot be read."""
    return dt.datetime.combine(parse_date(date, today=today), parse_time(time))


def parse_date(text: str, *, today: dt.date) -> dt.date:
    """2026-05-15, 15/05/2026, 15 May 2026, and 15 May for the next one."""
    if not text:
        raise Refused("Choose the date on which it goes.", field="date")
    plain = " ".join(text.lower().replace(",", " ").split())
    found = _ISO.fullmatch(plain) or _NUMBERS.fullmatch(plain) or _WORDS.fullmatch(plain)
    try:
        if found is None:
            raise ValueError(text)
        month = found["month"]
        number = int(month) if month.isdigit() else _MONTHS[month]
        if found["year"]:
            return dt.date(int(found["year"]), number, int(found["day"]))
        this_year = dt.date(today.year, number, int(found["day"]))
        return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except (ValueError, KeyError):
        words = f"“{text}” is not a date. Write it like 15 May {today.year}."
        raise Refused(words, field="date") from None


def parse_time(text: str) -> dt.time:
    """09:00, 9am, 9.30 pm, 21:30."""
    if not text:
        raise Refused("Choose the time at which it goes.", field="time")
    found = _TIME.fullmatch(" ".join(text.lower().split()))
    try:
        if found is None or (found["minute"] is None and found["half"] is None):
            raise ValueError(text)
        hour = int(found["hour"])
        if found["half"] and not 1 <= hour <= 12:
            raise ValueError(text)
        if found["half"]:
            hour = hour % 12 + (12 if found["half"] == "pm" else 0)
        return dt.time(hour, int(found["minute"] or 0))
    except ValueError:
        words = f"“{text}” is not a time. Write it like 9:00am or 14:30."
        raise Refused(words, field="time") from None


def how_long(wait: dt.timedelta) -> str:
    """in 2 days and 19 hours; in 5 minutes."""
    minutes = max(1, round(wait.total_seconds() / 60))
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return "in " + " and ".join(filter(None, [_count(days, "day"), _count(hours, "hour")]))
    return "in " + " and ".join(
        filter(None, [_count(hours, "hour"), _count(minutes % 60, "minute")])
    )


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}" if number else ""
