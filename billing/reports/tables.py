"""What a report shows, and what a file of it holds: the same columns, rows and total. Pure."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from billing.reports.cells import Figures
from billing.reports.period import Period
from billing.statements.sheet import control
from billing.tariffs.money import pounds
from smsportal.lib.exports import Cell

Grouping = Literal["code", "department", "user", "month"]


@dataclass(frozen=True)
class Column:
    heading: str
    read: Callable[[Figures], int]
    is_money: bool = False
    is_always_seen: bool = False  # on a narrow screen too

    def shown(self, figures: Figures) -> str:
        value = self.read(figures)
        return pounds(value) if self.is_money else f"{value:,}"

    def cell(self, figures: Figures) -> Cell:
        value = self.read(figures)
        return Decimal(value).scaleb(-2) if self.is_money else value


MINIMUM: Final = Column("To reach minimum", lambda each: each.minimum_pence, is_money=True)
COLUMNS: Final = (
    Column("Texts", lambda each: each.text_count, is_always_seen=True),
    Column("Parts", lambda each: each.part_count),
    Column("Cost of texts", lambda each: each.texts_pence, is_money=True),
    Column("Keyword months", lambda each: each.keyword_month_count),
    Column("Number months", lambda each: each.number_month_count),
    Column("Monthly fees", lambda each: each.fees_pence, is_money=True),
    Column("Inbound texts", lambda each: each.inbound_count),
    Column("Cost of inbound", lambda each: each.inbound_pence, is_money=True),
    MINIMUM,
    Column("Total", lambda each: each.total_pence, is_money=True, is_always_seen=True),
)

BY: Final[dict[Grouping, str]] = {
    "code": "cost code",
    "department": "department",
    "user": "user",
    "month": "month",
}
# By what the rows are: what their names are called, in a file one column for each.
NAMES: Final[dict[Grouping, tuple[str, ...]]] = {
    "code": ("Department", "Cost code", "Kind"),
    "department": ("Department", "Cost code"),
    "user": ("User", "Username", "Department"),
    "month": ("Month",),
}


@dataclass(frozen=True)
class Row:
    names: tuple[str, ...]
    figures: Figures
    narrower: dict[str, str] = field(default_factory=dict)  # what asks for what is in this row


@dataclass(frozen=True)
class Month:
    """A column of the chart."""

    on: dt.date
    texts_pence: int
    fees_pence: int
    is_so_far: bool

    @property
    def total_pence(self) -> int:
        return self.texts_pence + self.fees_pence


@dataclass(frozen=True)
class Report:
    period: Period
    by: Grouping
    rows: Sequence[Row]
    total: Figures
    months: Sequence[Month]
    keyword_count: int
    number_count: int
    has_minimum: bool  # whether it says what is missing to the least for the year

    @property
    def words(self) -> str:
        """What its rows are."""
        return BY[self.by]

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES[self.by]

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS if self.has_minimum else tuple(c for c in COLUMNS if c is not MINIMUM)

    @property
    def top_pence(self) -> int:
        """The greatest month."""
        return max((month.total_pence for month in self.months), default=0)


@dataclass(frozen=True)
class Shown:
    """A figure on the page."""

    words: str
    is_zero: bool
    is_always_seen: bool


def shown(report: Report, figures: Figures) -> list[Shown]:
    return [
        Shown(column.shown(figures), not column.read(figures), column.is_always_seen)
        for column in report.columns
    ]


def header(report: Report) -> list[str]:
    return [*report.names, *(column.heading for column in report.columns)]


def lines(report: Report) -> Iterator[list[Cell]]:
    """Of a file: the rows, then how many they are and what they add up to."""
    for row in report.rows:
        yield [*row.names, *(column.cell(row.figures) for column in report.columns)]
    names = [control(len(report.rows)), *[""] * (len(report.names) - 1)]
    yield [*names, *(column.cell(report.total) for column in report.columns)]
