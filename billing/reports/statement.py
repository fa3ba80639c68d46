"""The statement of one department for a period: its lines, each rounded once. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from billing.reports.cells import ORDER, Cell, Line
from billing.reports.period import Period
from billing.statements.sheet import Sheet, SheetLine, Sum, control
from billing.tariffs.money import pounds
from smsportal.lib.words import day, money


@dataclass(frozen=True)
class StatementLine:
    words: str
    detail: str
    code: str
    quantity: int
    price: str
    pence: int

    @property
    def on_sheet(self) -> SheetLine:
        where = f"{self.code}, {self.detail}" if self.code else self.detail
        return SheetLine(self.words, where, f"{self.quantity:,}", self.price, pounds(self.pence))


@dataclass(frozen=True)
class Statement:
    number: str
    department: str
    period: Period
    made_on: dt.date
    is_demonstration: bool
    lines: tuple[StatementLine, ...]

    @property
    def total_pence(self) -> int:
        return sum(line.pence for line in self.lines)

    @property
    def codes(self) -> list[tuple[str, int]]:
        """What each pays, in pence: there may be two in a year."""
        found: dict[str, int] = defaultdict(int)
        for line in self.lines:
            found[line.code] += line.pence
        return sorted(found.items())

    @property
    def control(self) -> str:
        return f"{control(len(self.lines))}: {pounds(self.total_pence)}"

    @property
    def sheet(self) -> Sheet:
        """As it is printed."""
        charged = [
            Sum(f"To be charged to {code}", pounds(sum_), is_strong=True)
            for code, sum_ in self.codes
        ]
        return Sheet(
            title=f"Statement {self.number} for {self.department}",
            number=self.number,
            to=(self.department,),
            facts=(("Period", self.period.words), ("Made", day(self.made_on))),
            lines=tuple(line.on_sheet for line in self.lines),
            total=Sum("Total, net of VAT", pounds(self.total_pence)),
            sums=tuple(charged),
            notes=(self.narrative, self.control),
            made_on=self.made_on,
            is_demonstration=self.is_demonstration,
        )

    @property
    def narrative(self) -> str:
        return (
            f"What was used from {self.period.words}, at the prices of each day, net of VAT. A "
            "text is charged once, for each of its parts, on the day the network took it; what "
            "was not sent is not charged. Half a penny is rounded up, once on each line. A "
            "journal moves this amount: there is nothing to pay by hand."
        )


def statement_lines(cells: Iterable[Cell]) -> tuple[StatementLine, ...]:
    """In the order of a statement; texts at the earlier price first."""
    of_each: dict[Line, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_each[cell.line].append(cell)
    in_order = sorted(of_each.items(), key=lambda item: _order(*item))
    return tuple(_line(line, of_it) for line, of_it in in_order)


def _order(line: Line, cells: list[Cell]) -> tuple:
    return (ORDER.index(line.what), line.label, min(_months(cells), default=dt.date.min))


def _line(line: Line, cells: list[Cell]) -> StatementLine:
    quantity = sum(cell.quantity for cell in cells)
    price = money(line.price_tenths) if line.price_tenths else "£0.00"
    pence = sum(cell.pence for cell in cells)
    return StatementLine(*_words(line, cells), line.code, quantity, price, pence)


def _words(line: Line, cells: list[Cell]) -> tuple[str, str]:
    months = _months(cells)
    match line.what:
        case "texts":
            texts = sum(cell.text_count for cell in cells)
            return "Texts, by part and person", f"{texts:,} texts, {_span(months)}"
        case "keyword":
            return f"Keyword {line.label}", f"{_span(months)}, each month"
        case "number":
            return f"Virtual Mobile phone number, {line.label}", f"{_span(months)}, each month"
        case "inbound":
            not_set = "" if line.price_tenths else ", no price set"
            return "Inbound texts", f"{_span(months)}{not_set}"
        case _:
            return "To reach the minimum", "For each department and financial year"


def _months(cells: list[Cell]) -> list[dt.date]:
    return sorted({cell.month for cell in cells if cell.month})


def _span(months: list[dt.date]) -> str:
    first, last = f"{months[0]:%B %Y}", f"{months[-1]:%B %Y}"
    return first if first == last else f"{first} to {last}"


def made(
    statement_period: Period,
    *,
    department: str,
    reference: str,
    cells: Iterable[Cell],
    made_on: dt.date,
    is_demonstration: bool,
) -> Statement:
    """reference: what tells this department from every other one."""
    first, last = statement_period.from_on, statement_period.to_on
    number = f"U{first:%y%m}-{last:%y%m}-{reference}"
    return Statement(
        number, department, statement_period, made_on, is_demonstration, statement_lines(cells)
    )
