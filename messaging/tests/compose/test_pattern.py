"""On which days it goes, and at which moment, whatever the clocks do."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.compose.pattern import Every, Pattern, moment, odd_words
from smsportal.lib.walltime import LONDON

FRIDAY = dt.date(2026, 5, 15)
NINE = dt.time(9)
LONG = dt.date(2027, 5, 14)


def pattern(every: str = Every.WEEK, **fields) -> Pattern:
    days = {"days": (4,)} if every == Every.WEEK else {}
    return Pattern(
        **{"every": every, "at": NINE, "from_on": FRIDAY, "until_on": LONG, **days, **fields}
    )


def days(*each: tuple[int, int]) -> list[dt.date]:
    """(month, day) of 2026, then of 2027."""
    found, year = [], 2026
    for month, day in each:
        year = 2027 if found and dt.date(year, month, day) < found[-1] else year
        found.append(dt.date(year, month, day))
    return found


def first(found, count: int = 4) -> list[dt.date]:
    return [day for day, _ in zip(found, range(count), strict=False)]


def test_weekly_goes_on_the_days_that_were_chosen():
    assert first(pattern().dates(), 3) == days((5, 15), (5, 22), (5, 29))
    both = pattern(days=(0, 4))
    assert first(both.dates()) == days((5, 15), (5, 18), (5, 22), (5, 25))


def test_a_first_date_on_another_weekday_waits_for_the_day_that_was_chosen():
    assert first(pattern(days=(1,)).dates(), 2) == days((5, 19), (5, 26))


def test_daily_goes_every_day_until_the_last_date_and_on_it():
    found = pattern(Every.DAY, until_on=dt.date(2026, 5, 18)).dates()

    assert list(found) == days((5, 15), (5, 16), (5, 17), (5, 18))


def test_monthly_goes_on_the_day_of_the_first_date():
    assert first(pattern(Every.MONTH).dates(), 3) == days((5, 15), (6, 15), (7, 15))


def test_monthly_on_a_day_that_a_month_lacks_goes_on_its_last():
    january = pattern(Every.MONTH, from_on=dt.date(2027, 1, 31), until_on=dt.date(2027, 4, 30))

    assert [day.day for day in january.dates()] == [31, 28, 31, 30]


def test_monthly_on_the_last_day():
    last = pattern(Every.MONTH, is_last_day=True)

    assert first(last.dates()) == days((5, 31), (6, 30), (7, 31), (8, 31))


def test_what_is_left_out_is_a_date_all_the_same_but_not_one_on_which_it_goes():
    one = pattern(left_out=frozenset({dt.date(2026, 5, 22)}))
    now = dt.datetime(2026, 5, 12, 13, tzinfo=dt.UTC)

    assert first(one.dates(), 3) == days((5, 15), (5, 22), (5, 29))
    assert first(one.ahead(now), 3) == days((5, 15), (5, 29), (6, 5))


def test_what_is_ahead_begins_after_now():
    at_nine = dt.datetime(2026, 5, 15, 8, tzinfo=dt.UTC)  # 9:00am, summer time

    assert first(pattern().ahead(at_nine - dt.timedelta(seconds=1)), 1) == [FRIDAY]
    assert first(pattern().ahead(at_nine), 1) == days((5, 22))


def test_nine_in_the_morning_stays_nine_when_the_clocks_change():
    before, after = (moment(dt.datetime(2026, 10, day, 9)) for day in (24, 25))

    assert (before.hour, after.hour) == (8, 9)  # UTC
    assert {each.astimezone(LONDON).hour for each in (before, after)} == {9}


def test_a_time_that_does_not_exist_comes_an_hour_later():
    gone = dt.datetime(2027, 3, 28, 1, 30)

    assert moment(gone).astimezone(LONDON).strftime("%H:%M %Z") == "02:30 BST"
    assert odd_words(gone) == "there is no 1:30am that night: it goes at 2:30am"


def test_of_a_time_that_comes_twice_it_is_the_first():
    twice = dt.datetime(2027, 10, 31, 1, 30)

    assert moment(twice).astimezone(LONDON).strftime("%H:%M %Z") == "01:30 BST"
    assert odd_words(twice) == "1:30am comes twice that night: it goes the first time"


def test_on_other_nights_there_is_nothing_to_say():
    assert odd_words(dt.datetime(2027, 3, 27, 1, 30)) == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"every": Every.DAY}, "every day at 9:00am"),
        ({"days": (4,)}, "every Friday at 9:00am"),
        ({"days": (0, 2, 4)}, "every Monday, Wednesday and Friday at 9:00am"),
        ({"days": tuple(range(7)), "at": dt.time(0, 5)}, "every day at 12:05am"),
        ({"every": Every.MONTH}, "on the 15th of every month at 9:00am"),
        (
            {"every": Every.MONTH, "from_on": dt.date(2026, 5, 22)},
            "on the 22nd of every month at 9:00am",
        ),
        ({"every": Every.MONTH, "is_last_day": True}, "on the last day of every month at 9:00am"),
    ],
)
def test_it_is_said_in_words(fields, words):
    assert pattern(**fields).words == words


patterns = st.builds(
    lambda every, start, length, week, is_last, at, out: Pattern(
        every=every,
        at=at,
        from_on=start,
        until_on=start + dt.timedelta(days=length),
        days=tuple(sorted(week)) if every == Every.WEEK else (),
        is_last_day=is_last,
        left_out=frozenset(start + dt.timedelta(days=n) for n in out),
    ),
    st.sampled_from(list(Every)),
    st.dates(dt.date(2026, 1, 1), dt.date(2040, 1, 1)),
    st.integers(0, 731),
    st.sets(st.integers(0, 6), min_size=1),
    st.booleans(),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sets(st.integers(0, 731), max_size=20),
)


@given(patterns, st.integers(-40, 800))
def test_from_any_day_on_it_has_the_same_dates_as_from_the_first(one, later):
    day = one.from_on + dt.timedelta(days=later)

    assert list(one.dates(day)) == [each for each in one.dates() if each >= day]


@given(patterns)
def test_dates_come_in_order_once_each_and_within_its_time(one):
    found = list(one.dates())

    assert all(before < after for before, after in pairwise(found))
    assert all(one.from_on <= day <= one.until_on for day in found)


@given(patterns)
def test_moments_come_in_the_order_of_their_dates(one):
    moments = [moment(one.wall(day)) for day in one.dates()]

    assert all(before < after for before, after in pairwise(moments))


@given(patterns, st.integers(-2, 740), st.integers(0, 1439))
def test_what_is_ahead_is_every_moment_after_now_but_those_left_out(one, day, minute):
    now = moment(dt.datetime.combine(one.from_on, dt.time())) + dt.timedelta(
        days=day, minutes=minute
    )
    wanted = [d for d in one.dates() if d not in one.left_out and moment(one.wall(d)) > now]

    assert list(one.ahead(now)) == wanted


@given(patterns)
def test_every_month_has_one_date_where_it_has_room_for_it(one):
    if one.every == Every.MONTH:
        months = [(day.year, day.month) for day in one.dates()]
        assert len(months) == len(set(months))
