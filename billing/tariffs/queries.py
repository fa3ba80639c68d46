"""Which price was, is and will be in force."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from billing.tariffs.models import PRICES, Tariff
from billing.tariffs.sorts import SORTS, Sort
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


@dataclass(frozen=True)
class Planned:
    """A price from a day on."""

    from_on: dt.date
    words: str


@dataclass(frozen=True)
class Line:
    """How one thing is priced, as people read it."""

    sort: Sort
    now: str  # "Not set" where it never was
    since_on: dt.date | None
    announced: list[Planned]  # the next one first
    before: list[Planned]  # what was in force, the last one first

    @property
    def is_set(self) -> bool:
        return self.since_on is not None


def lines(today: dt.date) -> list[Line]:
    """Everything that has a price, in the order of the page."""
    tariffs = list(Tariff.objects.order_by("from_on"))
    return [_line(sort, tariffs, today) for sort in SORTS.values()]


def line(sort: Sort, today: dt.date) -> Line:
    return _line(sort, list(Tariff.objects.order_by("from_on")), today)


def _line(sort: Sort, tariffs: Sequence[Tariff], today: dt.date) -> Line:
    told = [
        Planned(tariff.from_on, sort.shown(*values))
        for tariff in tariffs
        if None not in (values := [getattr(tariff, column) for column in sort.columns])
    ]
    begun = [each for each in told if each.from_on <= today][::-1]
    return Line(
        sort,
        begun[0].words if begun else sort.shown(None),
        begun[0].from_on if begun else None,
        [each for each in told if each.from_on > today],
        begun[1:],
    )


def year_of(day: dt.date) -> FinancialYear:
    """The financial year of a day in London, as FINANCIAL_YEAR_STARTS says it begins."""
    return _year_of(day, settings.FINANCIAL_YEAR_STARTS)
