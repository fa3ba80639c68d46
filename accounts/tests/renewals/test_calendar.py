"""The days on which departments are asked."""

import datetime as dt

import pytest

from accounts.renewals import calendar

day = dt.date.fromisoformat
AUGUST = day("2026-08-01")


@pytest.mark.parametrize(
    ("today", "starts", "next_year"),
    [
        ("2026-05-31", (8, 1), "2026-08-01"),
        ("2026-07-31", (8, 1), "2026-08-01"),
        ("2026-08-01", (8, 1), "2027-08-01"),
        ("2026-12-31", (1, 1), "2027-01-01"),
    ],
)
def test_the_coming_year_is_the_one_after_today(today, starts, next_year):
    assert calendar.next_year(day(today), starts) == day(next_year)


def test_s40_departments_are_asked_on_1_june_and_reminded_twice_in_july():
    assert [(stage.number, stage.on) for stage in calendar.stages(AUGUST)] == [
        (1, day("2026-06-01")),
        (2, day("2026-07-01")),
        (3, day("2026-07-18")),
    ]


@pytest.mark.parametrize(
    ("today", "number"),
    [
        ("2026-05-31", None),
        ("2026-06-01", 1),
        ("2026-06-30", 1),
        ("2026-07-01", 2),
        ("2026-07-18", 3),
        ("2026-07-31", 3),
        ("2026-08-01", None),
    ],
)
def test_the_stage_that_has_come(today, number):
    stage = calendar.stage_on(day(today), AUGUST)

    assert (stage.number if stage else None) == number


def test_a_year_that_begins_elsewhere_is_asked_about_two_months_before():
    stages = calendar.stages(day("2027-01-31"))

    assert [stage.on for stage in stages] == [
        day("2026-11-28"),
        day("2026-12-28"),
        day("2027-01-17"),
    ]


def test_the_last_day_is_31_july():
    assert calendar.last_day(AUGUST) == day("2026-07-31")
