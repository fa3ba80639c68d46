"""What stands on a statement, in words and in the order of reading: its page and its PDF say the
same, since both are made of this. Pure.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class SheetLine:
    words: str
    detail: str
    number: str
    price: str
    amount: str


@dataclass(frozen=True)
class Sum:
    words: str
    amount: str
    is_strong: bool = False  # what is paid in the end


@dataclass(frozen=True)
class Sheet:
    title: str
    number: str
    to: tuple[str, ...]  # the lines of the address
    facts: tuple[tuple[str, str], ...]  # beside it: the period, when it was made
    lines: tuple[SheetLine, ...]
    total: Sum
    sums: tuple[Sum, ...]
    notes: tuple[str, ...]
    made_on: dt.date
    is_demonstration: bool


def control(line_count: int) -> str:
    """What goes before the sum at the end of an export: so nobody misses that a line is missing."""
    return f"Control total of {line_count:,} {'line' if line_count == 1 else 'lines'}"
