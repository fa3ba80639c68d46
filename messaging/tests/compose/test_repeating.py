"""What people type about sending more than once."""

import datetime as dt

import pytest

from messaging.compose.errors import Unready
from messaging.compose.pattern import Every
from messaging.compose.repeating import pattern_of, read_dates

TODAY = dt.date(2026, 5, 12)


def read(every: str = "week", date: str = "2026-05-15", time: str = "09:00", **typed):
    typed = {"every": every, "until": "2026-06-19", **typed}
    return pattern_of(typed, date=date, time=time, today=TODAY)


def refused(**typed) -> dict[str, str]:
    with pytest.raises(Unready) as unready:
        read(**typed)
    return {each.field: each.words for each in unready.value.refusals}


def test_a_weekly_one_as_the_page_sends_it():
    found = read(days=["4", "0"], skip="29 May")

    assert found.words == "every Monday and Friday at 9:00am"
    assert (found.from_on, found.until_on) == (dt.date(2026, 5, 15), dt.date(2026, 6, 19))
    assert found.left_out == {dt.date(2026, 5, 29)}


def test_without_a_day_it_goes_on_the_weekday_of_the_first_date():
    assert read().days == (4,)


def test_days_of_the_week_are_nothing_to_a_daily_or_monthly_one():
    assert read("day", days=["0"]).days == ()
    last = read("month", days=["0"], month_on="last")
    assert (last.every, last.days, last.is_last_day) == (Every.MONTH, (), True)


def test_everything_that_is_wrong_is_said_at_once():
    assert refused(date="", time="noon", until="", skip="29 Mai") == {
        "date": "Choose the date on which it goes.",
        "time": "“noon” is not a time. Write it like 9:00am or 14:30.",
        "until": "Choose the last date on which it goes.",
        "skip": "“29 Mai” is not a date. Write it like 15 May 2026.",
    }


def test_the_last_date_comes_after_the_first_and_within_two_years():
    assert refused(until="2026-05-01") == {
        "until": "The last date, 1 May 2026, is before the first, 15 May 2026."
    }
    assert refused(until="2029-01-01") == {
        "until": "The last date, 1 January 2029, is more than 2 years after the first. "
        "Choose one until 15 May 2028."
    }


@pytest.mark.parametrize(
    "typed",
    [
        "29 May\n5 June 2026",
        "29 May, 5 June",
        "Friday, 29 May\nFri 5 June",
        "29/05/2026; 2026-06-05",
        "\n 29 May \n\n 5 June\n",
    ],
)
def test_dates_to_leave_out_are_read_as_people_write_or_paste_them(typed):
    wanted = {dt.date(2026, 5, 29), dt.date(2026, 6, 5)}
    assert read_dates(typed, first=TODAY) == wanted


@pytest.mark.parametrize("typed", ["30 December to 2 January", "30 Dec 2026 – 2 Jan 2027"])
def test_a_vacation_is_left_out_in_one_line(typed):
    found = read_dates(typed, first=TODAY)

    assert sorted(found) == [
        dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 1, 2)
    ]  # fmt: skip


def test_each_line_that_is_no_date_is_named():
    with pytest.raises(Unready) as unready:
        read_dates("29 May\nWhitsun\n30 February\n4 May 2026 to 1 May 2026", first=TODAY)

    assert [each.words for each in unready.value.refusals] == [
        "“Whitsun” is not a date. Write it like 15 May 2026.",
        "“30 February” is not a date. Write it like 15 May 2026.",
        "“4 May 2026 to 1 May 2026” is no range of dates. Write it like 20 December to 4 January.",
    ]
