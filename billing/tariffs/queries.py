"""Which price was, is and will be in force."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from billing.tariffs.models import PRICES, Tariff
from billing.tariffs.years import FinancialYear
from billing.tariffs.years import year_of as _year_of


@dataclass(frozen=True)
class Prices:
    """All that is in force on one day, in tenths of a penny; nothing for what was never set."""

    part_tenths: int = 0
    minimum_tenths: int = 0
    keyword_tenths: int = 0
    number_tenths: int = 0
    incoming_tenths: int = 0
    over_percent: int = 0
    over_tenths: int = 0
    is_incoming_set: bool = False

    def is_over(self, *, actual_tenths: int, prepaid_tenths: int) -> bool:
        """S45, T11: more than both the percentage and the amount over what was prepaid."""
        over = actual_tenths - prepaid_tenths
        return over > self.over_tenths and over * 100 > self.over_percent * prepaid_tenths


class PriceBook:
    """Every tariff, read once: ask it for as many days as you like."""

    def __init__(self, tariffs: Sequence[Tariff]) -> None:
        self._tariffs = sorted(tariffs, key=lambda tariff: tariff.from_on)

    def on(self, day: dt.date) -> Prices:
        found: dict[str, int] = {}
        for tariff in self._tariffs:
            if tariff.from_on > day:
                break
            found |= {
                name: price for name in PRICES if (price := getattr(tariff, name)) is not None
            }
        return Prices(**found, is_incoming_set="incoming_tenths" in found)


def price_book() -> PriceBook:
    """One query."""
    return PriceBook(list(Tariff.objects.all()))


def prices_on(day: dt.date) -> Prices:
    """What is in force on that day in London."""
    return PriceBook(list(Tariff.objects.filter(from_on__lte=day))).on(day)


def year_of(day: dt.date) -> FinancialYear:
    """The financial year of a day in London, as FINANCIAL_YEAR_STARTS says it begins."""
    return _year_of(day, settings.FINANCIAL_YEAR_STARTS)
