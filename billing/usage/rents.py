"""Keywords and numbers by the calendar month started. Pure.

A month is charged on its first day, or on the day the rent began in it, at that day's price and to
that day's code: a change within a month holds from the next one on.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from billing.tariffs.years import months_between


@dataclass(frozen=True)
class Rental:
    """What somebody has or had. Days in London; ended_on: the last one, None while it goes on."""

    kind: str  # keyword, number
    department_id: int
    person_id: int | None  # whose number; nobody for a keyword
    label: str  # the word, or the number in E.164
    began_on: dt.date
    ended_on: dt.date | None


@dataclass(frozen=True)
class Terms:
    """What a month that is charged on some day costs, and who pays."""

    code_kind: str
    code: str
    price_tenths: int


@dataclass(frozen=True)
class RentalLine:
    """Consecutive months of one rental at one price and to one code."""

    kind: str
    department_id: int
    person_id: int | None
    label: str
    code_kind: str
    code: str
    price_tenths: int  # of one month
    months: tuple[dt.date, ...]  # first days, at least one

    @property
    def month_count(self) -> int:
        return len(self.months)

    @property
    def cost_tenths(self) -> int:
        return self.price_tenths * self.month_count


TermsOn = Callable[[Rental, dt.date], Terms]


def monthly(
    rentals: Iterable[Rental], terms: TermsOn, *, from_on: dt.date, to_on: dt.date
) -> Iterator[RentalLine]:
    """A line for each month that is charged within the period. What was given back and taken again
    by the same within a month is charged for it once.
    """
    seen = set()
    for rental in sorted(rentals, key=lambda each: each.began_on):
        for month, charged_on in _charged(rental, to_on):
            key = (rental.kind, rental.department_id, rental.person_id, rental.label, month)
            if key in seen:
                continue
            seen.add(key)
            if from_on <= charged_on:
                at = terms(rental, charged_on)
                yield RentalLine(
                    *key[:4], at.code_kind, at.code, at.price_tenths, months=(month,)
                )  # fmt: skip


def _charged(rental: Rental, to_on: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """Its months until `to_on`, each with the day it is charged on."""
    last = min(rental.ended_on or to_on, to_on)
    for month in months_between(rental.began_on, last):
        yield month, max(month, rental.began_on)


def joined(lines: Iterable[RentalLine]) -> list[RentalLine]:
    """Months that follow each other on the same terms as one line, by department and label."""
    found: list[RentalLine] = []
    by_label = sorted(lines, key=_order)
    for line in by_label:
        if found and _goes_on(found[-1], line):
            found[-1] = replace(found[-1], months=found[-1].months + line.months)
        else:
            found.append(line)
    return found


def _order(line: RentalLine) -> tuple:
    return (line.department_id, line.kind, line.label, line.person_id or 0, line.months[0])


def _goes_on(line: RentalLine, later: RentalLine) -> bool:
    is_same = replace(line, months=()) == replace(later, months=())
    return is_same and [*months_between(line.months[-1], later.months[0])][1:] == [later.months[0]]
