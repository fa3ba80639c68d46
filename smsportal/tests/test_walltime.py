import datetime as dt

import pytest

from smsportal.lib import walltime


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026-07-01 09:00", "2026-07-01 08:00"),
        ("2027-03-28 02:00", "2027-03-28 01:00"),
    ],
    ids=["winter", "summer", "the hour after the jump"],
)
def test_a_london_time_becomes_utc(wall, utc):
    assert walltime.to_utc(dt.datetime.fromisoformat(wall)) == dt.datetime.fromisoformat(
        utc + "+00:00"
    )


def test_a_time_the_clocks_jump_over_is_refused_with_the_hour_after_it():
    with pytest.raises(walltime.NoSuchTime) as refusal:
        walltime.to_utc(dt.datetime(2027, 3, 28, 1, 30))

    assert refusal.value.suggestion == dt.datetime(2027, 3, 28, 2, 30)


def test_a_time_that_comes_twice_is_asked_about_and_the_first_is_summer_time():
    wall = dt.datetime(2027, 10, 31, 1, 30)

    with pytest.raises(walltime.TwiceThatNight):
        walltime.to_utc(wall)

    assert [walltime.to_utc(wall, fold).hour for fold in (0, 1)] == [0, 1]


@pytest.mark.parametrize(
    ("day", "first"),
    [("2026-07-31", "2025-08-01"), ("2026-08-01", "2026-08-01"), ("2027-01-05", "2026-08-01")],
)
def test_the_financial_year_starts_on_the_first_of_august(day, first):
    assert walltime.financial_year_of(dt.date.fromisoformat(day)) == dt.date.fromisoformat(first)


def test_the_day_of_a_summer_night_is_londons():
    assert walltime.day_of(dt.datetime(2026, 7, 31, 23, 30, tzinfo=dt.UTC)) == dt.date(2026, 8, 1)
