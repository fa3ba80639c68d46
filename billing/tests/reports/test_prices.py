"""The sentence that says what things cost in the period of a report."""

import datetime as dt

import pytest

from billing.reports.period import Period
from billing.reports.queries.prices import prices_told
from billing.tariffs.models import Tariff
from billing.tariffs.years import year_of

pytestmark = pytest.mark.django_db

YEAR = year_of(dt.date(2026, 8, 1), (8, 1))


def told(first: dt.date, last: dt.date) -> str:
    return prices_told(Period(YEAR, first, last))


def announce(from_on: dt.date, **prices: int) -> None:
    Tariff.objects.create(from_on=from_on, recorded_by_name="Operator", **prices)


def test_prices_that_stood_still_are_told_once():
    assert told(YEAR.first_on, YEAR.last_on) == (
        "3.5p a part, £5.00 a month for a keyword, £10.00 a month for a virtual number, "
        "£10.00 minimum a year, inbound texts at nothing, as their price is not set"
    )


def test_a_price_that_changed_is_told_from_when_so_that_the_figures_can_be_checked():
    announce(dt.date(2026, 9, 1), part_tenths=38, incoming_tenths=10)
    announce(dt.date(2026, 10, 1), part_tenths=40)
    announce(dt.date(2027, 1, 1), part_tenths=50, minimum_tenths=12_000)

    words = told(YEAR.first_on, dt.date(2026, 11, 30))

    assert words.startswith(
        "3.5p a part (3.8p from 1 September 2026, 4p from 1 October 2026), £5.00 a month"
    )
    assert words.endswith("£10.00 minimum a year, £0.00 an inbound text (1p from 1 September 2026)")


def test_a_minimum_that_changed_is_told_as_what_new_departments_pay():
    announce(dt.date(2027, 1, 1), minimum_tenths=12_000)

    words = told(YEAR.first_on, YEAR.last_on)

    assert (
        "£10.00 minimum a year (for those that begin later, £12.00 from 1 January 2027)," in words
    )


def test_a_change_on_the_first_day_is_the_price():
    announce(dt.date(2026, 9, 1), part_tenths=38)

    assert told(dt.date(2026, 9, 1), dt.date(2026, 9, 30)).startswith("3.8p a part, £5.00")
