"""An amount as people type it. Pure."""

import re
from typing import Final

from smsportal.lib.amounts import without_groups

_TYPED: Final = re.compile(r"([-−]?)£?(\d{1,9})(?:\.(\d{1,2}))?")


def read(typed: str) -> int | None:
    """In pence: "£1,204.50", "1204.5", "-12" for what is given back. None: not an amount."""
    plain = re.sub(r"\s", "", without_groups(typed)).replace("£-", "-£").replace("£−", "-£")
    found = _TYPED.fullmatch(plain)
    if not found:
        return None
    sign, pounds, pence = found.groups()
    amount = int(pounds) * 100 + int((pence or "0").ljust(2, "0"))
    return -amount if sign else amount
