"""Amounts as people type them. Pure."""

import re
from typing import Final

_GROUPED: Final = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


def without_groups(typed: str) -> str:
    """ "£1,204.50" as "£1204.50". Any other comma stays, to be refused: "3,8" is not 38."""
    return _GROUPED.sub(lambda found: found[0].replace(",", ""), typed)
