"""The journal that moves the money: which columns a line has, in which order. Pure."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from billing.statements.sheet import control
from smsportal.lib.exports import Cell
from smsportal.lib.words import day


@dataclass(frozen=True)
class Entry:
    """One line: what a cost code pays. Dates are the first and the last day of the period."""

    number: int
    code: str
    kind: str
    departments: str
    text_count: int
    part_count: int
    pence: int
    from_on: dt.date
    to_on: dt.date


@dataclass(frozen=True)
class Layout:
    """columns: (key of COLUMNS, its heading), in the order of the file."""

    debit_account: str
    credit_account: str
    columns: tuple[tuple[str, str], ...]


AMOUNT: Final = "amount"
# Without these nobody could post a line, or check its total.
NEEDED: Final = ("code", AMOUNT)
COLUMNS: Final = {
    "line": "Line",
    "date": "Date",
    "code": "Cost code",
    "kind": "Kind of code",
    "debit": "Debit account",
    "credit": "Credit account",
    AMOUNT: "Amount",
    "description": "Description",
    "departments": "Departments",
    "texts": "Texts",
    "parts": "Parts",
    "from": "From",
    "to": "To",
}
USUAL: Final = Layout(
    "6210",
    "4350",
    tuple((key, COLUMNS[key]) for key in ("line", "date", "code", "debit", "credit", AMOUNT))
    + (("description", "Description"),),
)


def header(layout: Layout) -> list[str]:
    return [heading for _, heading in layout.columns]


def lines(entries: Sequence[Entry], layout: Layout) -> Iterator[list[Cell]]:
    """A line for each code, then how many they are and what they add up to."""
    for entry in entries:
        cells = _cells(entry, layout)
        yield [cells[key] for key, _ in layout.columns]
    yield _control_line(entries, layout)


def _cells(entry: Entry, layout: Layout) -> dict[str, Cell]:
    return {
        "line": entry.number,
        "date": entry.to_on.isoformat(),
        "code": entry.code,
        "kind": entry.kind,
        "debit": layout.debit_account,
        "credit": layout.credit_account,
        AMOUNT: Decimal(entry.pence).scaleb(-2),
        "description": f"Text messages {day(entry.from_on)} to {day(entry.to_on)}",
        "departments": entry.departments,
        "texts": entry.text_count,
        "parts": entry.part_count,
        "from": entry.from_on.isoformat(),
        "to": entry.to_on.isoformat(),
    }


def _control_line(entries: Sequence[Entry], layout: Layout) -> list[Cell]:
    keys = [key for key, _ in layout.columns]
    cells: list[Cell] = [""] * len(keys)
    cells[keys.index(AMOUNT)] = Decimal(sum(entry.pence for entry in entries)).scaleb(-2)
    where = next(at for at, key in enumerate(keys) if key != AMOUNT)
    cells[where] = control(len(entries))
    return cells
