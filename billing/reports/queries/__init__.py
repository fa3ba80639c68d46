"""The reports that people ask for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.db.models import QuerySet

from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from billing.reports.access import Reach
from billing.reports.cells import KEYWORD, MINIMUM, NUMBER, Cell, total
from billing.reports.period import Period
from billing.reports.queries.charges import Detail, cells, with_minimum
from billing.reports.tables import Grouping, Month, Report, Row
from billing.tariffs.queries import price_book
from billing.usage.queries.minimum import Minimum, minimum_of
from smsportal.lib import db

NOBODY = "Nobody: keywords, automatic replies"
YEAR = "To reach the least for the year"


@dataclass(frozen=True)
class Asked:
    """What a report is about. Empty: everything that may be seen."""

    period: Period
    by: Grouping
    department: Department | None = None
    code_kind: str = ""
    code: str = ""
    source: str = ""
    person: Person | None = None
    is_used_only: bool = False  # without what is missing to the least for the year

    @property
    def is_narrowed(self) -> bool:
        of_whom = self.department or self.person
        return bool(of_whom or self.code_kind or self.code or self.source or self.is_used_only)


def report(asked: Asked, reach: Reach) -> Report:
    """Nineteen queries at most, none of them for a row."""
    departments = {each.pk: each for each in _departments(asked, reach)}
    minimum = _minimum(asked, reach)
    by_month = _cells(asked, reach, departments, minimum)
    of_rows = by_month
    if asked.by == "user":
        of_rows = _cells(asked, reach, departments, minimum, by_user=True)
    return Report(
        asked.period,
        asked.by,
        _rows(asked.by, of_rows, departments),
        total(of_rows),
        [_month(by_month, month, asked.period) for month in asked.period.months],
        _rented(by_month, KEYWORD),
        _rented(by_month, NUMBER),
        minimum is not None,
    )


def _departments(asked: Asked, reach: Reach) -> QuerySet[Department]:
    department_id = _department_id(asked, reach)
    everyone = Department.objects.all()
    return everyone if department_id is None else everyone.filter(pk=department_id)


def _department_id(asked: Asked, reach: Reach) -> int | None:
    """The only one that it can be about; None for all."""
    if asked.department:
        return asked.department.pk  # type: ignore[no-any-return]
    return asked.person.department_id if asked.person else reach.department_id


def _minimum(asked: Asked, reach: Reach) -> Minimum | None:
    """None where the report cannot say what is missing to it."""
    is_of_a_user = asked.person is not None or reach.person_id is not None
    is_part = is_of_a_user or bool(asked.source) or asked.is_used_only
    if is_part or not asked.period.is_from_the_start:
        return None
    return minimum_of(asked.period.year, asked.period.to_on, price_book())


def _cells(
    asked: Asked,
    reach: Reach,
    departments: dict[int, Department],
    minimum: Minimum | None,
    *,
    by_user: bool = False,
) -> list[Cell]:
    """Cut first, narrowed then: so a narrower report agrees with the wider one to the penny.

    by_user: by users in place of months.
    """
    person_id = asked.person.pk if asked.person else reach.person_id
    is_of_all = _department_id(asked, reach) is None
    found = cells(
        asked.period,
        department_ids=None if is_of_all else list(departments),
        detail=Detail(bool(asked.source), by_user or person_id is not None, not by_user),
    )
    if minimum:
        found = with_minimum(found, minimum, departments.values())
    return [cell for cell in found if _fits(cell, asked, person_id)]


def _fits(cell: Cell, asked: Asked, person_id: int | None) -> bool:
    return (
        (person_id is None or cell.person_id == person_id)
        and (not asked.source or cell.source == asked.source)
        and (not asked.code_kind or cell.line.code_kind == asked.code_kind)
        and (not asked.code or cell.line.code.casefold() == asked.code.casefold())
    )


def _month(found: list[Cell], on: dt.date, period: Period) -> Month:
    figures = total(cell for cell in found if cell.month == on)
    texts = figures.texts_pence + figures.inbound_pence
    return Month(on, texts, figures.fees_pence, period.is_so_far(on))


def _rented(found: list[Cell], what: str) -> int:
    """How many keywords or numbers there were, however often their price or code changed."""
    cells_of_it = [cell for cell in found if cell.line.what == what]
    return len({(cell.line.department_id, cell.line.label, cell.person_id) for cell in cells_of_it})


def _rows(by: Grouping, found: list[Cell], departments: dict[int, Department]) -> list[Row]:
    match by:
        case "code":
            return _by_code(found, departments)
        case "department":
            return _by_department(found, departments)
        case "user":
            return _by_user(found, departments)
        case _:
            return _by_month(found)


Key = TypeVar("Key")


def _grouped(found: Iterable[Cell], key: Callable[[Cell], Key]) -> dict[Key, list[Cell]]:
    groups: dict[Key, list[Cell]] = defaultdict(list)
    for cell in found:
        groups[key(cell)].append(cell)
    return groups


def _by_code(found: list[Cell], departments: dict[int, Department]) -> list[Row]:
    rows = []
    for (kind, code), of_it in _grouped(found, _code_of).items():
        names = sorted({departments[cell.line.department_id].name for cell in of_it})
        label = CodeKind(kind).label
        narrower = {"by": "department", "kind": kind, "code": code}
        rows.append(Row((", ".join(names), code, label), total(of_it), narrower))
    return _by_name(rows)


def _code_of(cell: Cell) -> tuple[str, str]:
    return cell.line.code_kind, cell.line.code


def _by_department(found: list[Cell], departments: dict[int, Department]) -> list[Row]:
    rows = []
    for pk, of_it in _grouped(found, lambda cell: cell.line.department_id).items():
        department = departments[pk]
        codes = sorted({cell.line.code for cell in of_it})
        narrower = {"by": "month", "department": str(department.uid)}
        rows.append(Row((department.name, ", ".join(codes)), total(of_it), narrower))
    return _by_name(rows)


def _by_user(found: list[Cell], departments: dict[int, Department]) -> list[Row]:
    groups = _grouped(found, lambda cell: cell.person_id)
    of_nobody = groups.pop(None, [])
    rows = []
    for pk, uid, name, username in _NAMES(ids=groups):
        of = departments[groups[pk][0].line.department_id].name
        narrower = {"by": "month", "user": str(uid)}
        rows.append(Row((name, username, of), total(groups[pk]), narrower))
    return _by_name(rows) + _of_nobody(of_nobody, places=3)


_NAMES: Final = db.Ready[tuple](
    lambda: Person.objects.filter(db.GivenAny("ids", "pk")).values_list(
        "pk", "uid", "name", "username"
    )
)


def _by_month(found: list[Cell]) -> list[Row]:
    groups = _grouped(found, lambda cell: cell.month)
    year = groups.pop(None, [])
    months = sorted((on, of_it) for on, of_it in groups.items() if on)
    rows = [Row((f"{on:%B %Y}",), total(of_it), _only(on)) for on, of_it in months]
    return rows + _of_nobody(year, places=1)


def _only(month: dt.date) -> dict[str, str]:
    return {"by": "user", "from": f"{month:%Y-%m}", "to": f"{month:%Y-%m}", "only": "used"}


def _of_nobody(cells_of_it: list[Cell], *, places: int) -> list[Row]:
    """What belongs to no user, and what to no month, in rows of their own."""
    rows = []
    for words, of_it in (
        (NOBODY, [cell for cell in cells_of_it if cell.line.what != MINIMUM]),
        (YEAR, [cell for cell in cells_of_it if cell.line.what == MINIMUM]),
    ):
        if of_it:
            rows.append(Row((words, *[""] * (places - 1)), total(of_it)))
    return rows


def _by_name(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(name.casefold() for name in row.names))
