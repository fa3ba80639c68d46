"""Amounts as people type them. Pure."""

import re
from typing import Final

_COMMA: Final = re.compile(r"([^\d,.]*\d+),(\d{1,2})([^\d,.]*)")
_GROUPED: Final = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


def without_groups(typed: str) -> str:
    """ "£1,204.50" as "£1204.50". Any other comma stays, to be refused: "3,8" is not 38."""
    return _GROUPED.sub(lambda found: found[0].replace(",", ""), typed)


def with_point(typed: str, *, places: int = 2) -> str:
    """How "3,8" is written here: "3.80"; to one place "3.8". Empty: it is no such number."""
    found = _COMMA.fullmatch(typed.strip())
    return f"{found[1]}.{found[2].ljust(places, '0')}{found[3]}" if found else ""
