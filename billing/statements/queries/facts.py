"""All that the statements of a year are made of, read once for every department."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from accounts.departments.models import Department
from billing.statements.lines import Line, LineKind, in_order
from billing.statements.settling import Standing
from billing.tariffs.queries import PriceBook, price_book
from billing.tariffs.years import FinancialYear
from billing.usage.models import KEYWORD
from billing.usage.queries import CodeBook, Row, code_book, rental_lines, rows
from billing.usage.queries.cancelled import cancelled_ids
from billing.usage.queries.minimum import Minimum, minimum_of
from billing.usage.rents import RentalLine
from smsportal.lib.walltime import day_of

Key = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class YearFacts:
    """Of one year until one day."""

    year: FinancialYear
    to_on: dt.date
    departments: dict[int, Department]  # who has a statement
    rows: dict[int, list[Row]]  # by month, code and price
    rentals: dict[int, list[RentalLine]]
    prices: PriceBook
    codes: CodeBook
    minimum: Minimum
    not_renewed: set[int]  # for the next one

    def standing(self, department: Department) -> Standing:
        if department.pk in self.not_renewed:
            return Standing.CANCELLED
        is_new = day_of(department.created_at) >= self.year.first_on
        return Standing.NEW if is_new else Standing.RENEWED

    def code(self, department: Department) -> tuple[str, str]:
        """Kind and code that the department has last, in this year."""
        return self.codes.last(department, self.to_on)

    def least_tenths(self, department: Department) -> int:
        has_used = department.pk in self.rows or department.pk in self.rentals
        return self.minimum.tenths(department, has_used=has_used)

    def lines(self, department: Department) -> tuple[Line, ...]:
        used = _used(self.rows.get(department.pk, []))
        rented = _rented(self.rentals.get(department.pk, []))
        return in_order([*used, *rented])


def facts_of(
    year: FinancialYear, today: dt.date, department_ids: Collection[int] | None = None
) -> YearFacts:
    """A dozen queries, however many departments there are. department_ids: None for all."""
    to_on = min(year.last_on, today)
    used = rows(
        from_on=year.first_on,
        to_on=to_on,
        department_ids=department_ids,
        by=("department", "code", "price", "month"),
    )
    rented = rental_lines(from_on=year.first_on, to_on=to_on, department_ids=department_ids)
    prices = price_book()
    minimum = minimum_of(year, to_on, prices)
    some = {row.department_id for row in used} | {line.department_id for line in rented}
    asked = Department.objects.order_by("name", "pk")
    if department_ids is not None:
        asked = asked.filter(pk__in=department_ids)
    departments = {
        each.pk: each
        for each in asked
        if each.pk in some
        or (each.pk not in minimum.cancelled and day_of(each.created_at) <= to_on)
    }
    return YearFacts(
        year=year,
        to_on=to_on,
        departments=departments,
        rows=_by_department(used),
        rentals=_by_department(rented),
        prices=prices,
        codes=code_book(department_ids),
        minimum=minimum,
        not_renewed=cancelled_ids(year.next),
    )


def _by_department(found: Iterable) -> dict[int, list]:
    by_id = defaultdict(list)
    for each in found:
        by_id[each.department_id].append(each)
    return dict(by_id)


def _used(found: Iterable[Row]) -> list[Line]:
    """A line for each code and price, over the months that have some of it."""
    counts: dict[Key, dict[dt.date, int]] = defaultdict(dict)
    for row in found:
        for kind, count in (
            (LineKind.TEXTS, row.part_count),
            (LineKind.INCOMING, row.incoming_count),
        ):
            if count:
                key = (kind, row.code_kind or "", row.code or "", "", row.price_tenths or 0)
                counts[key][row.month or dt.date.min] = count
    return [
        Line(kind, code_kind, code, label, 1, sum(months.values()), price, min(months), max(months))
        for (kind, code_kind, code, label, price), months in counts.items()
    ]


def _rented(found: Iterable[RentalLine]) -> list[Line]:
    """Each keyword by itself; numbers together, since a statement shows no number."""
    groups: dict[Key, list[RentalLine]] = defaultdict(list)
    for rental in found:
        is_word = rental.kind == KEYWORD
        kind = LineKind.KEYWORD if is_word else LineKind.NUMBER
        label = rental.label if is_word else ""
        groups[kind, rental.code_kind, rental.code, label, rental.price_tenths].append(rental)
    return [
        Line(
            *key[:4],
            thing_count=len({rental.label for rental in group}),
            count=sum(rental.month_count for rental in group),
            price_tenths=key[4],
            from_month=min(rental.months[0] for rental in group),
            to_month=max(rental.months[-1] for rental in group),
        )
        for key, group in groups.items()
    ]
