"""What is charged for a period, in cells. The same handful of queries, whatever is asked."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from accounts.departments.models import Department
from billing.reports.cells import INBOUND, MINIMUM, TEXTS, Cell, Line, Piece, cut, total
from billing.reports.period import Period
from billing.tariffs.money import to_pence
from billing.usage.models import NUMBER
from billing.usage.queries import By, code_book, rental_lines, rows
from billing.usage.queries.minimum import Minimum
from smsportal.lib.phones import mask

LINE: Final[tuple[By, ...]] = ("department", "code", "price")


@dataclass(frozen=True)
class Detail:
    """How finely lines are cut. What is not asked for is not read: a university has many users."""

    by_source: bool = False
    by_person: bool = False
    by_month: bool = True

    @property
    def by(self) -> tuple[By, ...]:
        wanted: tuple[tuple[By, bool], ...] = (
            ("source", self.by_source),
            ("person", self.by_person),
            ("month", self.by_month),
        )
        return LINE + tuple(name for name, is_wanted in wanted if is_wanted)


def cells(
    period: Period, *, department_ids: Collection[int] | None = None, detail: Detail = Detail()
) -> list[Cell]:
    """What was used, without what is missing to the least for the year. Six queries."""
    pieces: dict[Line, list[Piece]] = defaultdict(list)
    for line, piece in _used(period, department_ids, detail):
        pieces[line].append(piece)
    for line, piece in _rented(period, department_ids):
        pieces[line].append(piece)
    return [cell for line, of_it in pieces.items() for cell in cut(line, of_it)]


def _used(
    period: Period, department_ids: Collection[int] | None, detail: Detail
) -> Iterator[tuple[Line, Piece]]:
    found = rows(
        from_on=period.from_on, to_on=period.to_on, department_ids=department_ids, by=detail.by
    )
    first = period.months[0]
    for row in found:
        place = (row.department_id, row.code_kind, row.code, row.price_tenths)
        where = (row.month or first, row.person_id, row.source or "")
        if row.part_count:
            texts = (row.part_count, row.text_count, row.cost_tenths)
            yield Line(TEXTS, *place), Piece(*where, *texts)  # type: ignore[arg-type]
        if row.incoming_count:
            came = (row.incoming_count, row.incoming_count, row.incoming_tenths)
            yield Line(INBOUND, *place), Piece(*where, *came)  # type: ignore[arg-type]


def _rented(period: Period, department_ids: Collection[int] | None) -> Iterator[tuple[Line, Piece]]:
    rented = rental_lines(from_on=period.from_on, to_on=period.to_on, department_ids=department_ids)
    for rent in rented:
        # Whoever reads charges may not read a number whole.
        label = mask(rent.label) if rent.kind == NUMBER else rent.label
        line = Line(
            rent.kind,
            rent.department_id,
            rent.code_kind,
            rent.code,
            rent.price_tenths,
            label,
            rent.months[0],
        )
        for month in rent.months:
            yield line, Piece(month, rent.person_id, rent.kind, 1, 0, rent.price_tenths)


def with_minimum(
    used: list[Cell], minimum: Minimum, departments: Collection[Department]
) -> list[Cell]:
    """And what each of these departments is short of the least for the year. One query.

    used: all that they used, from the beginning of the year.
    """
    of_each: dict[int, list[Cell]] = defaultdict(list)
    for cell in used:
        of_each[cell.line.department_id].append(cell)
    codes = code_book([department.pk for department in departments])
    short = []
    for department in departments:
        least = minimum.tenths(department, has_used=department.pk in of_each)
        missing = to_pence(least) - total(of_each[department.pk]).usage_pence
        if missing > 0:
            line = Line(MINIMUM, department.pk, *codes.last(department, minimum.to_on), least)
            short.append(Cell(line, None, None, "", 1, 0, missing))
    return used + short
