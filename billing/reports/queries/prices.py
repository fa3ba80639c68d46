"""What things cost in a period, in one sentence: a price that changed is told from when."""

import datetime as dt
from collections.abc import Callable

from billing.reports.period import Period
from billing.tariffs.models import Tariff
from billing.tariffs.queries import PriceBook, Prices
from smsportal.lib.words import day, money

Steps = list[tuple[dt.date, Prices]]


def prices_told(period: Period) -> str:
    """ "3.3p a part (3.5p from 1 September 2026), £5.00 a month for a keyword, ..". One query."""
    tariffs = list(Tariff.objects.filter(from_on__lte=period.to_on).order_by("from_on"))
    book = PriceBook(tariffs)
    days = [tariff.from_on for tariff in tariffs if tariff.from_on > period.from_on]
    steps = [(on, book.on(on)) for on in (period.from_on, *days)]
    return ", ".join(
        (
            _told(steps, lambda prices: money(prices.part_tenths), "a part"),
            _told(steps, lambda prices: money(prices.keyword_tenths), "a month for a keyword"),
            _told(
                steps, lambda prices: money(prices.number_tenths), "a month for a virtual number"
            ),
            _told_of_the_minimum(book, tariffs, period),
            _told_of_incoming(steps),
        )
    )


def _told(steps: Steps, words: Callable[[Prices], str], what: str) -> str:
    told = [(on, words(prices)) for on, prices in steps]
    changes = [
        f"{now} from {day(on)}"
        for (_, before), (on, now) in zip(told, told[1:], strict=False)
        if now != before
    ]
    return f"{told[0][1]} {what}" + (f" ({', '.join(changes)})" if changes else "")


def _told_of_the_minimum(book: PriceBook, tariffs: list[Tariff], period: Period) -> str:
    """A change in the year holds only for whoever begins after it: see minimum.py of usage."""
    first = period.year.first_on
    later = [tariff.from_on for tariff in tariffs if tariff.from_on > first]
    steps = [(on, book.on(on)) for on in (first, *later)]
    what = "minimum a year"
    told = _told(steps, lambda prices: money(prices.minimum_tenths), what)
    return told.replace(f"{what} (", f"{what} (for those that begin later, ")


def _told_of_incoming(steps: Steps) -> str:
    if not steps[-1][1].is_incoming_set:
        return "inbound texts at nothing, as their price is not set"
    return _told(steps, lambda prices: money(prices.incoming_tenths), "an inbound text")
