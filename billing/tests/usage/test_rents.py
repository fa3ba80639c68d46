"""Keywords and numbers by the calendar month started."""

import datetime as dt

import pytest

from accounts.departments.models import CostCode
from accounts.tests.make import make_department, make_user
from billing.tests.make import make_tariff
from billing.usage.queries import rental_lines, rental_months
from inbound.tests.make import make_keyword, make_number
from messaging.senders.models import Sender

pytestmark = pytest.mark.django_db

YEAR = {"from_on": dt.date(2025, 8, 1), "to_on": dt.date(2026, 7, 31)}


def at(month, day, year=2026, hour=12):
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC)


def shown(lines):
    return [(line.label, line.code, line.month_count, line.cost_tenths) for line in lines]


def test_twelve_months_of_a_keyword_are_60_pounds_and_of_three_numbers_360():
    department = make_department()
    make_keyword(department=department, created_at=at(1, 1, 2024))
    for n in range(3):
        number = make_number(make_user(department), f"+44770090095{n}")
        Sender.objects.filter(pk=number.pk).update(created_at=at(1, 1, 2024))

    lines = rental_lines(**YEAR)

    assert sum(line.cost_tenths for line in lines if line.kind == "keyword") == 60_000
    assert sum(line.cost_tenths for line in lines if line.kind == "number") == 360_000


@pytest.mark.parametrize(
    ("given", "back", "months"),
    [
        (at(3, 31), at(4, 1), 2),
        (at(3, 1), at(3, 1), 1),
        (at(3, 31, hour=22), at(4, 30, hour=22), 1 + 1),
        (at(3, 31, hour=23), at(4, 30, hour=22), 1),  # midnight on 1 April in London
        (at(7, 31), None, 1),
        (at(8, 1), None, 0),
        (at(1, 1, 2020), at(7, 31, 2025), 0),
        (at(1, 1, 2020), at(8, 1, 2025), 1),
    ],
)
def test_every_calendar_month_that_was_started_counts_once(given, back, months):
    make_keyword(created_at=given, released_at=back)

    assert sum(line.month_count for line in rental_lines(**YEAR)) == months


def test_the_same_word_taken_again_within_a_month_is_charged_once():
    department = make_department()
    make_keyword(department=department, created_at=at(3, 1), released_at=at(3, 10))
    make_keyword(department=department, created_at=at(3, 20), released_at=at(4, 2))
    make_keyword(department=make_department(), created_at=at(4, 3), released_at=at(4, 9))

    assert [line.month_count for line in rental_lines(**YEAR)] == [2, 1]


def test_a_line_is_split_where_the_code_or_the_price_changes():
    department = make_department()
    make_keyword(department=department, created_at=at(1, 1, 2025))
    CostCode.objects.create(
        department=department, code="PH9", kind="cost_centre", from_on="2026-01-15",
        recorded_by_name="test",
    )  # fmt: skip
    make_tariff(dt.date(2026, 5, 1), keyword_tenths=6_000)

    assert shown(rental_lines(**YEAR)) == [
        ("CHORUS", "PH0123", 6, 30_000),
        ("CHORUS", "PH9", 3, 15_000),
        ("CHORUS", "PH9", 3, 18_000),
    ]


def test_months_between_which_it_was_away_are_lines_of_their_own():
    department = make_department()
    make_keyword(department=department, created_at=at(9, 1, 2025), released_at=at(10, 2, 2025))
    make_keyword(department=department, created_at=at(12, 5, 2025), released_at=at(12, 6, 2025))

    assert [[month.month for month in line.months] for line in rental_lines(**YEAR)] == [
        [9, 10],
        [12],
    ]


def test_two_periods_that_meet_within_a_month_charge_it_once():
    make_keyword(created_at=at(1, 20), released_at=at(3, 20))

    def months(from_on, to_on):
        return [line.months[0].month for line in rental_months(from_on=from_on, to_on=to_on)]

    assert months(dt.date(2026, 1, 1), dt.date(2026, 2, 10)) == [1, 2]
    assert months(dt.date(2026, 2, 11), dt.date(2026, 3, 31)) == [3]


def test_only_the_departments_that_are_asked_for_are_told_of():
    mine, other = make_department(), make_department()
    make_keyword("MINE", department=mine, created_at=at(5, 1))
    make_keyword("OTHER", department=other, created_at=at(5, 1))
    make_number(make_user(other))

    lines = rental_lines(**YEAR, department_ids=[mine.pk])

    assert {line.label for line in lines} == {"MINE"}
