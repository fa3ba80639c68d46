"""The days of a report, and the day of the next one."""

import datetime as dt

import pytest

from billing.delivery import periods
from billing.delivery.periods import Often, Period

day = dt.date.fromisoformat


def between(first, last):
    return Period(day(first), day(last))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-05-04", "2026-05-10", "4 to 10 May 2026"),
        ("2026-04-27", "2026-05-03", "27 April to 3 May 2026"),
        ("2026-12-28", "2027-01-03", "28 December 2026 to 3 January 2027"),
        ("2026-04-01", "2026-04-30", "April 2026"),
        ("2028-02-01", "2028-02-29", "February 2028"),
        ("2026-05-04", "2026-05-04", "4 May 2026"),
        ("2025-08-01", "2026-07-31", "1 August 2025 to 31 July 2026"),
    ],
)
def test_a_period_in_words(first, last, words):
    assert str(between(first, last)) == words


@pytest.mark.parametrize("today", ["2026-05-11", "2026-05-12", "2026-05-17"])
def test_last_week_is_monday_to_sunday(today):
    assert periods.last_week(day(today)) == between("2026-05-04", "2026-05-10")


@pytest.mark.parametrize(
    ("today", "month"),
    [
        ("2026-05-01", between("2026-04-01", "2026-04-30")),
        ("2026-01-31", between("2025-12-01", "2025-12-31")),
        ("2028-03-31", between("2028-02-01", "2028-02-29")),
    ],
)
def test_last_month_is_the_whole_of_it(today, month):
    assert periods.last_month(day(today)) == month


def test_this_year_begins_as_the_setting_says():
    assert periods.this_year(day("2026-05-12"), (8, 1)) == between("2025-08-01", "2026-05-12")
    assert periods.this_year(day("2026-05-12"), (4, 6)) == between("2026-04-06", "2026-05-12")


@pytest.mark.parametrize(
    ("often", "after", "due"),
    [
        (Often.WEEKLY, "2026-05-12", "2026-05-18"),
        (Often.WEEKLY, "2026-05-11", "2026-05-18"),
        (Often.MONTHLY, "2026-05-01", "2026-06-01"),
        (Often.MONTHLY, "2026-12-31", "2027-01-01"),
        (Often.MONTHLY, "2028-01-31", "2028-02-01"),
    ],
)
def test_the_next_one_is_due_on_a_monday_or_the_first(often, after, due):
    assert periods.next_due(often, day(after)) == day(due)


def test_it_is_due_at_seven_in_london_in_summer_and_winter():
    assert periods.due_at(day("2026-06-01")) == dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)
    assert periods.due_at(day("2026-12-01")) == dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC)
