"""A year as rows to take away; the last one is the total to check the sum against."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from accounts.departments.models import CodeKind
from billing.statements.lines import Line, LineKind
from billing.statements.settling import Account, Standing, total
from billing.statements.sheet import control
from smsportal.lib.exports import Cell

DEPARTMENTS: Final = (
    "Department", "Code kind", "Code", "Standing", "Texts, by part and person", "Texts (£)",
    "Keywords, numbers, inbound (£)", "To reach the minimum (£)", "Actual (£)", "Prepaid (£)",
    "Difference (£)", "Charged at year end (£)", "Prepaid for the next year (£)",
)  # fmt: skip
LINES: Final = (
    "Department", "Code kind", "Code", "What", "From month", "To month", "Number", "Price (pence)",
    "Amount (£)",
)  # fmt: skip


def departments(accounts: Sequence[Account], names: Mapping[int, str]) -> Iterator[list[Cell]]:
    """A row for each department, as DEPARTMENTS says. names: by department."""
    for account in accounts:
        parts = sum(line.count for line in account.lines if line.kind == LineKind.TEXTS)
        yield [
            names[account.department_id],
            CodeKind(account.code_kind).label,
            account.code,
            Standing(account.standing).label,
            parts,
            *_pounds(account),
        ]
    sums = total(accounts)
    yield [control(len(accounts)), "", "", "", sums.part_count, *_pounds(sums)]


def _pounds(sums: object) -> list[Cell]:
    return [
        _in_pounds(getattr(sums, f"{name}_pence"))
        for name in (
            "texts", "inbound", "minimum", "actual", "prepaid", "over", "charge", "next",
        )
    ]  # fmt: skip


def lines(accounts: Sequence[Account], names: Mapping[int, str]) -> Iterator[list[Cell]]:
    """A row for each line, as LINES says: they add up to what was used, with the minimum."""
    for account in accounts:
        for line in account.lines:
            yield [names[account.department_id], *_cells(line)]
    count = sum(len(account.lines) for account in accounts)
    yield [control(count), *[""] * (len(LINES) - 2), _in_pounds(total(accounts).actual_pence)]


def _cells(line: Line) -> list[Cell]:
    return [
        CodeKind(line.code_kind).label,
        line.code,
        line.words,
        f"{line.from_month:%Y-%m}",
        f"{line.to_month:%Y-%m}",
        line.count,
        Decimal(line.price_tenths) / 10,
        _in_pounds(line.pence),
    ]


def _in_pounds(pence: int) -> Decimal:
    return Decimal(pence).scaleb(-2)


TABLES: Final = {"departments": (DEPARTMENTS, departments), "lines": (LINES, lines)}
