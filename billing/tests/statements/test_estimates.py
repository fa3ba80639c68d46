"""What the next year will cost, while this one runs."""

import datetime as dt

import pytest

from billing.statements.estimating import Seen, YearPrices, estimate
from billing.statements.queries import foreseen
from billing.statements.settling import Standing
from billing.tests.make import make_tariff
from billing.tests.statements.make import (
    YEAR,
    account_of,
    make_customer,
    prepays,
    rent_keyword,
    rent_number,
    send,
)
from smsportal.lib.walltime import start_of

MAY_12 = dt.date(2026, 5, 12)
PRICES = YearPrices(35, 5_000, 10_000, 0, 10_000)


def test_texts_go_on_month_for_month_and_rents_for_the_whole_year():
    made = estimate(
        seen=Seen(9_127, 0, 9),
        keywords=["OPENDAY"],
        number_holders=["Amira Khan", "Priya Raman", "Gareth Pugh"],
        prices=PRICES,
    )

    assert [(line.kind, line.count, line.pence) for line in made.lines] == [
        ("texts", 12_169, 425_92),
        ("keyword", 12, 60_00),
        ("number", 36, 360_00),
    ]
    assert (made.lines[0].a_month, made.total_pence) == (1_014, 845_92)


def test_less_than_the_minimum_is_the_minimum():
    made = estimate(seen=Seen(1, 0, 9), keywords=[], number_holders=[], prices=PRICES)

    assert (made.is_minimum, made.total_pence) == (True, 10_00)


pytest_db = pytest.mark.django_db


@pytest_db
def test_only_whole_months_are_seen_and_the_coming_price_is_taken():
    make_tariff(YEAR.next.first_on, part_tenths=38)
    user = make_customer()
    prepays(user.department, 100_00)
    send(user, 900)
    send(user, 5_000, on=dt.date(2026, 5, 11))  # May has not passed

    found = foreseen.outlook(user.department, MAY_12)

    assert (found.seen_from, found.seen_to) == (dt.date(2025, 8, 1), dt.date(2026, 4, 1))
    assert [(line.count, line.pence) for line in found.estimate.lines] == [(1_200, 45_60)]
    assert (found.used_pence, found.percent, found.is_on_course) == (206_50, 206, False)
    assert account_of(user.department, MAY_12).next_pence == 45_60


@pytest_db
def test_a_department_that_came_in_the_year_is_judged_by_its_own_months():
    user = make_customer(since=dt.date(2026, 3, 9))
    send(user, 100, on=dt.date(2026, 3, 20))
    send(user, 100, on=dt.date(2026, 4, 20))

    found = foreseen.outlook(user.department, MAY_12)

    assert [(line.month_count, line.count) for line in found.estimate.lines] == [(2, 1_200)]


@pytest_db
def test_in_the_first_month_the_year_before_is_taken():
    user = make_customer()
    send(user, 2_400, on=dt.date(2025, 2, 1))

    found = foreseen.outlook(user.department, dt.date(2025, 8, 20))

    assert found.is_from_year_before
    assert [(line.seen_count, line.count) for line in found.estimate.lines] == [(2_400, 2_400)]


@pytest_db
def test_when_the_year_is_over_it_is_what_the_year_cost():
    user = make_customer()
    rent_keyword(user.department, "JOBS", since=dt.date(2026, 2, 1))
    rent_number(user, 950)
    send(user, 1_000)

    account = account_of(user.department)

    assert account.next_pence == account.actual_pence == 35_00 + 30_00 + 120_00


@pytest_db
def test_who_cancels_is_told_what_it_would_have_been_and_pays_nothing():
    user = make_customer(closed_at=start_of(MAY_12))
    send(user, 900)

    found = foreseen.outlook(user.department, dt.date(2026, 6, 1))

    assert found.account.standing == Standing.CANCELLED
    assert (found.account.next_pence, found.estimate.total_pence) == (0, 37_80)
