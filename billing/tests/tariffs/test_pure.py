"""Years, roundings and typed amounts."""

import datetime as dt
import re

import pytest

from billing.tariffs.money import pounds, to_pence, total_pence
from billing.tariffs.queries import Prices
from billing.tariffs.sorts import SORTS, read_amount
from billing.tariffs.years import FinancialYear, year_of

STARTS = (8, 1)


@pytest.mark.parametrize(
    ("tenths", "pence"),
    [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (436_805, 43_681), (-4, 0), (-5, -1), (-15, -2)],
)
def test_half_a_penny_is_rounded_up_and_a_correction_takes_the_same_back(tenths, pence):
    assert to_pence(tenths) == pence
    assert to_pence(tenths) + to_pence(-tenths) == 0


def test_a_total_is_the_sum_of_its_rounded_lines():
    assert total_pence([5, 5, 5]) == 3


@pytest.mark.parametrize(
    ("pence", "shown"), [(450_480, "£4,504.80"), (0, "£0.00"), (7, "£0.07"), (-1930, "−£19.30")]
)
def test_a_line_is_shown_in_pounds(pence, shown):
    assert pounds(pence) == shown


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (dt.date(2025, 7, 31), "2024/25"),
        (dt.date(2025, 8, 1), "2025/26"),
        (dt.date(2026, 7, 31), "2025/26"),
        (dt.date(2099, 8, 1), "2099/00"),
    ],
)
def test_a_day_lies_in_its_financial_year(day, label):
    year = year_of(day, STARTS)

    assert year.label == label
    assert day in year


def test_a_financial_year_begins_and_ends_at_midnight_in_london():
    year = year_of(dt.date(2026, 5, 12), STARTS)

    assert (year.first_on, year.last_on) == (dt.date(2025, 8, 1), dt.date(2026, 7, 31))
    assert year.starts_at == dt.datetime(2025, 7, 31, 23, tzinfo=dt.UTC)
    assert year.ends_at == year.next.starts_at == dt.datetime(2026, 7, 31, 23, tzinfo=dt.UTC)
    assert year.next.previous == year
    assert year.words == "2025 to 2026"
    assert [month.month for month in year.months] == [8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7]


def test_a_financial_year_may_be_the_calendars():
    year = year_of(dt.date(2024, 2, 29), (1, 1))

    assert year == FinancialYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert (year.label, year.words, year.day_count) == ("2024", "2024", 366)


def test_days_elapsed_are_those_that_have_begun():
    year = year_of(dt.date(2026, 5, 12), STARTS)

    assert year.elapsed_days(year.first_on) == 1
    assert year.elapsed_days(year.last_on) == year.elapsed_days(dt.date(2030, 1, 1)) == 365
    assert year.elapsed_days(dt.date(2020, 1, 1)) == 0


@pytest.mark.parametrize(
    ("typed", "is_in_pence", "tenths"),
    [
        ("3.8", True, 38),
        (" 3.8p ", True, 38),
        ("£0.038", True, 38),
        ("10", False, 10_000),
        ("£1,000.00", False, 1_000_000),
        ("50p", False, 500),
        (".5", True, 5),
        ("0", True, 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, is_in_pence, tenths):
    assert read_amount(typed, is_in_pence=is_in_pence) == tenths


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cheap", "cheap is not an amount. Write it as 3.8p."),
        ("3,8", "3,8 is not an amount: write 3.8."),
        ("3,8p", "3,8p is not an amount: write 3.8p."),
        ("£3,8p", "£3,8p is not an amount. Write it as 3.8p."),
        ("1,0000", "1,0000 is not an amount. Write it as 3.8p."),
        ("£3p", "£3p is not an amount. Write it as 3.8p."),
        ("-3", "-3 is not an amount. Write it as 3.8p."),
        ("3.85", "3.85 is finer than a tenth of a penny. Round it."),
        ("£1000.01", "£1000.01 is more than £1,000.00. Check the amount."),
    ],
)
def test_what_is_no_amount_is_said_in_words(typed, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        read_amount(typed, is_in_pence=True)


def test_pounds_with_a_comma_for_a_point_are_told_how_to_be_written():
    with pytest.raises(ValueError, match=r"^3,8 is not an amount: write 3\.80\.$"):
        read_amount("3,8", is_in_pence=False)


def test_a_price_is_shown_in_its_own_unit():
    assert SORTS["text"].shown(35) == "3.5p"
    assert SORTS["year"].shown(10_000) == "£10.00"
    assert SORTS["extra"].shown(10, 5_000) == "10% and £5"
    assert SORTS["inbound"].shown(None) == "Not set"


@pytest.mark.parametrize(
    ("actual", "is_over"),
    [(736_800, True), (660_000, False), (660_001, True), (600_000, False), (500_000, False)],
)
def test_extra_is_charged_only_over_both_lines(actual, is_over):
    prices = Prices(over_percent=10, over_tenths=5_000)

    assert prices.is_over(actual_tenths=actual, prepaid_tenths=600_000) is is_over


def test_a_small_year_is_over_only_when_the_amount_is():
    prices = Prices(over_percent=10, over_tenths=5_000)

    assert not prices.is_over(actual_tenths=15_000, prepaid_tenths=10_000)
    assert prices.is_over(actual_tenths=15_001, prepaid_tenths=10_000)
