"""What the next year will cost, from what was used in the months of this one. Pure.

Texts go on as they went, month for month; keywords and numbers as they are rented now, the whole
year (S46, S49).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.statements.lines import LineKind
from billing.tariffs.money import to_pence

MONTHS = 12


@dataclass(frozen=True)
class EstimateLine:
    kind: str
    names: tuple[str, ...]  # the words of the keywords; whose numbers they are
    seen_count: int  # parts or texts in the months that have passed
    month_count: int  # those months
    count: int  # in the year: parts, texts, months of all the things
    price_tenths: int

    @property
    def pence(self) -> int:
        return to_pence(self.count * self.price_tenths)

    @property
    def a_month(self) -> int:
        return _rounded(self.seen_count, self.month_count)


@dataclass(frozen=True)
class Estimate:
    lines: tuple[EstimateLine, ...]
    least_pence: int  # the minimum

    @property
    def used_pence(self) -> int:
        return sum(line.pence for line in self.lines)

    @property
    def total_pence(self) -> int:
        return max(self.used_pence, self.least_pence)

    @property
    def is_minimum(self) -> bool:
        return self.used_pence < self.least_pence


@dataclass(frozen=True)
class Seen:
    """What whole months have shown."""

    part_count: int
    incoming_count: int
    month_count: int


@dataclass(frozen=True)
class YearPrices:
    """In tenths of a penny, as they will be when the next year begins."""

    part_tenths: int
    keyword_tenths: int
    number_tenths: int
    incoming_tenths: int
    minimum_tenths: int


def estimate(
    *, seen: Seen, keywords: Sequence[str], number_holders: Sequence[str], prices: YearPrices
) -> Estimate:
    """In pence. keywords, number_holders: what is rented now."""
    texts = _linear(LineKind.TEXTS, seen.part_count, seen.month_count, prices.part_tenths)
    words = _rented(LineKind.KEYWORD, keywords, prices.keyword_tenths)
    numbers = _rented(LineKind.NUMBER, number_holders, prices.number_tenths)
    came = _linear(LineKind.INCOMING, seen.incoming_count, seen.month_count, prices.incoming_tenths)
    lines = tuple(line for line in (texts, words, numbers, came) if line.count)
    return Estimate(lines, to_pence(prices.minimum_tenths))


def _linear(kind: str, seen: int, months: int, price_tenths: int) -> EstimateLine:
    return EstimateLine(kind, (), seen, months, _rounded(seen * MONTHS, months), price_tenths)


def _rented(kind: str, names: Sequence[str], price_tenths: int) -> EstimateLine:
    return EstimateLine(kind, tuple(names), 0, 0, len(names) * MONTHS, price_tenths)


def _rounded(count: int, by: int) -> int:
    """Half up; nothing of nothing."""
    return (2 * count + by) // (2 * by) if by else 0
