"""A line of a statement: so many of something at one price, to one code. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from billing.tariffs.money import to_pence
from smsportal.lib.choices import TextChoices


class LineKind(TextChoices):
    TEXTS = "texts", "Texts, by part and person"
    KEYWORD = "keyword", "Keyword"
    NUMBER = "number", "Virtual Mobile phone numbers"
    INCOMING = "incoming", "Inbound texts"
    MINIMUM = "minimum", "To reach the minimum"


RENTS = (LineKind.KEYWORD, LineKind.NUMBER)
_ORDER = {kind: place for place, kind in enumerate(LineKind)}


@dataclass(frozen=True)
class Line:
    """Rounded once, here. Months are first days; both of the minimum's are the year's."""

    kind: str
    code_kind: str
    code: str
    label: str  # the word of a keyword
    thing_count: int  # how many numbers
    count: int  # parts; months, of all the things; texts that came in
    price_tenths: int  # of one of them
    from_month: dt.date
    to_month: dt.date

    @property
    def pence(self) -> int:
        return to_pence(self.count * self.price_tenths)

    @property
    def words(self) -> str:
        """Keyword JOBS; Virtual Mobile phone numbers, 2."""
        if self.kind == LineKind.KEYWORD:
            return f"Keyword {self.label}"
        if self.kind == LineKind.NUMBER:
            return f"{LineKind.NUMBER.label}, {self.thing_count}"
        return LineKind(self.kind).label

    @property
    def months(self) -> str:
        """August to July; November."""
        if self.from_month == self.to_month:
            return f"{self.from_month:%B}"
        return f"{self.from_month:%B} to {self.to_month:%B}"


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """As they stand on a statement, whatever order they were found in."""
    return tuple(sorted(lines, key=_place))


def _place(line: Line) -> tuple:
    kind = _ORDER[LineKind(line.kind)]
    return (kind, line.label, line.from_month, line.to_month, line.code, line.code_kind,
            line.price_tenths)  # fmt: skip
