"""What was typed about sending more than once, read. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from messaging.compose.errors import Unready
from messaging.compose.pattern import A_DAY, Every, Pattern
from messaging.compose.when import parse_date, parse_time
from smsportal.lib.errors import Refused
from smsportal.lib.words import day as day_words

MOST_YEARS = 2
_RANGE = re.compile(r"(?P<first>.+?)\s+(?:to|until|-|–|—)\s+(?P<last>.+)")  # noqa: RUF001


def pattern_of(typed: Mapping[str, Any], *, date: str, time: str, today: dt.date) -> Pattern:
    """typed: Draft.repeat; date, time: of the first. Raises Unready with all that is wrong."""
    refusals: list[Refused] = []

    def or_refused(read: Any, otherwise: Any) -> Any:
        try:
            return read()
        except Unready as several:
            refusals.extend(several.refusals)
        except Refused as refused:
            refusals.append(refused)
        return otherwise

    from_on = or_refused(lambda: parse_date(date, today=today), None)
    at = or_refused(lambda: parse_time(time), dt.time())
    first = from_on or today
    until_on = or_refused(lambda: _until(typed.get("until", ""), first), first)
    left_out = or_refused(lambda: read_dates(typed.get("skip", ""), first=first), frozenset())
    if refusals:
        raise Unready(refusals)
    days = tuple(sorted(int(day) for day in typed.get("days", ())))
    return Pattern(
        every=typed["every"],
        at=at,
        from_on=from_on,
        until_on=until_on,
        days=(days or (from_on.weekday(),)) if typed["every"] == Every.WEEK else (),
        is_last_day=typed["every"] == Every.MONTH and typed.get("month_on") == "last",
        left_out=left_out,
    )


def _until(text: str, first: dt.date) -> dt.date:
    if not text:
        raise Refused("Choose the last date on which it goes.", field="until")
    until_on = _date(text, first, "until")
    if until_on < first:
        words = f"The last date, {day_words(until_on)}, is before the first, {day_words(first)}."
        raise Refused(words, field="until")
    if until_on > _years_after(first, MOST_YEARS):
        words = (
            f"The last date, {day_words(until_on)}, is more than {MOST_YEARS} years after the "
            f"first. Choose one until {day_words(_years_after(first, MOST_YEARS))}."
        )
        raise Refused(words, field="until")
    return until_on


def read_dates(text: str, *, first: dt.date) -> frozenset[dt.date]:
    """Dates one a line or with commas, and "20 December to 4 January". Raises Unready, which
    names each line that cannot be read. first: a date without a year is the next one after it."""
    found: set[dt.date] = set()
    refusals: list[Refused] = []
    for piece in _pieces(text):
        try:
            found |= _one_or_more(piece, first)
        except Refused as refused:
            refusals.append(refused)
    if refusals:
        raise Unready(refusals)
    return frozenset(found)


def _pieces(text: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, re.split(r"[\n;]", text))):
        parts = [part.strip() for part in line.split(",") if part.strip()]
        # "Friday, 29 May" is one date.
        whole = len(parts) < 2 or parts[0].isalpha()
        yield from [line] if whole else parts


def _one_or_more(piece: str, first: dt.date) -> set[dt.date]:
    ends = _RANGE.fullmatch(piece)
    if ends is None:
        return {_date(piece, first, "skip")}
    start = _date(ends["first"], first, "skip")
    last = _date(ends["last"], start, "skip")
    if not start <= last <= _years_after(start, 1):
        words = f"“{piece}” is no range of dates. Write it like 20 December to 4 January."
        raise Refused(words, field="skip")
    return {start + n * A_DAY for n in range((last - start).days + 1)}


def _date(text: str, first: dt.date, field: str) -> dt.date:
    try:
        return parse_date(text, today=first)
    except Refused as refused:
        raise Refused(refused.words, field=field) from None


def _years_after(day: dt.date, years: int) -> dt.date:
    """29 February becomes 1 March in a year that has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
