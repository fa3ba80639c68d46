"""What is charged, cut into the smallest pieces that a report shows, each in whole pence. Pure.

A line of a statement is rounded once. Its pieces (a month, a user, a way of sending) are cut so
that they add up to the line: whatever a report groups them by adds up, and to the same penny.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from billing.tariffs.money import shares

TEXTS: Final = "texts"
INBOUND: Final = "inbound"
KEYWORD: Final = "keyword"
NUMBER: Final = "number"
MINIMUM: Final = "minimum"
# As the lines of a statement follow each other.
ORDER: Final = (TEXTS, KEYWORD, NUMBER, INBOUND, MINIMUM)


class Line(NamedTuple):
    """One line of a statement: what one department pays for one thing at one price to one code."""

    what: str
    department_id: int
    code_kind: str
    code: str
    price_tenths: int = 0  # of a part, a month, a text that came in
    label: str = ""  # a keyword; a number, as those may read it who may not see it whole
    since: dt.date | None = None  # a rent's first month


class Piece(NamedTuple):
    """Exact, in tenths of a penny. month: its first day; the first one where months are not told
    apart.
    """

    month: dt.date
    person_id: int | None
    source: str
    quantity: int  # parts, months, texts that came in
    text_count: int
    tenths: int


class Cell(NamedTuple):
    """The same, in whole pence. month: None for what belongs to the year as a whole."""

    line: Line
    month: dt.date | None
    person_id: int | None
    source: str
    quantity: int
    text_count: int
    pence: int


def cut(line: Line, pieces: Iterable[Piece]) -> list[Cell]:
    """Ways of sending first, then users, then months: so whoever cuts less finely, without the
    later ones, has the sums of the same cells.
    """
    in_order = sorted(pieces, key=lambda piece: (piece.source, piece.person_id or 0, piece.month))
    pence = shares([piece.tenths for piece in in_order])
    return [
        Cell(
            line, piece.month, piece.person_id, piece.source, piece.quantity, piece.text_count, each
        )
        for piece, each in zip(in_order, pence, strict=True)
    ]


@dataclass
class Figures:
    """What a row of a report says. Money in pence."""

    text_count: int = 0
    part_count: int = 0
    texts_pence: int = 0
    keyword_month_count: int = 0
    number_month_count: int = 0
    fees_pence: int = 0
    inbound_count: int = 0
    inbound_pence: int = 0
    minimum_pence: int = 0

    @property
    def total_pence(self) -> int:
        return self.usage_pence + self.minimum_pence

    @property
    def usage_pence(self) -> int:
        return self.texts_pence + self.fees_pence + self.inbound_pence

    def add(self, cell: Cell) -> None:
        match cell.line.what:
            case "texts":
                self.text_count += cell.text_count
                self.part_count += cell.quantity
                self.texts_pence += cell.pence
            case "inbound":
                self.inbound_count += cell.quantity
                self.inbound_pence += cell.pence
            case "keyword":
                self.keyword_month_count += cell.quantity
                self.fees_pence += cell.pence
            case "number":
                self.number_month_count += cell.quantity
                self.fees_pence += cell.pence
            case _:
                self.minimum_pence += cell.pence


def total(cells: Iterable[Cell]) -> Figures:
    figures = Figures()
    for cell in cells:
        figures.add(cell)
    return figures
