import datetime as dt

import pytest

from messaging.compose.when import how_long, parse_date, parse_time
from smsportal.lib.errors import Refused

TODAY = dt.date(2026, 5, 12)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-05-15", (2026, 5, 15)),
        ("15/05/2026", (2026, 5, 15)),
        ("15.5.2026", (2026, 5, 15)),
        ("15 May 2026", (2026, 5, 15)),
        ("Friday 15 May 2026", (2026, 5, 15)),
        ("Friday, 15 may", (2026, 5, 15)),
        ("1 sept", (2026, 9, 1)),
        ("3 March", (2027, 3, 3)),
    ],
)
def test_dates_are_read_as_people_write_them(typed, day):
    assert parse_date(typed, today=TODAY) == dt.date(*day)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("09:00", (9, 0)),
        ("9:05", (9, 5)),
        ("9am", (9, 0)),
        ("12am", (0, 0)),
        ("12pm", (12, 0)),
        ("9.30 pm", (21, 30)),
        ("14:30:00", (14, 30)),
    ],
)
def test_times_are_read_as_people_write_them(typed, time):
    assert parse_time(typed) == dt.time(*time)


@pytest.mark.parametrize("typed", ["31/02/2026", "15/13/2026", "tomorrow", "2026", "15 Foo"])
def test_what_is_no_date_is_named(typed):
    with pytest.raises(Refused) as refused:
        parse_date(typed, today=TODAY)

    assert refused.value.words == f"“{typed}” is not a date. Write it like 15 May 2026."


@pytest.mark.parametrize("typed", ["25:00", "9", "noon", "13pm", "10:61"])
def test_what_is_no_time_is_named(typed):
    with pytest.raises(Refused) as refused:
        parse_time(typed)

    assert refused.value.words == f"“{typed}” is not a time. Write it like 9:00am or 14:30."


def test_nothing_typed_says_what_to_do():
    with pytest.raises(Refused, match="Choose the date on which it goes"):
        parse_date("", today=TODAY)
    with pytest.raises(Refused, match="Choose the time at which it goes"):
        parse_time("")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "in 1 minute"),
        (61, "in 1 hour and 1 minute"),
        (120, "in 2 hours"),
        (2 * 1440 + 19 * 60 + 5, "in 2 days and 19 hours"),
        (1440, "in 1 day"),
    ],
)
def test_how_long_until_it_goes(minutes, words):
    assert how_long(dt.timedelta(minutes=minutes)) == words
