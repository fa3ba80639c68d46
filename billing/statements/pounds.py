"""An amount as people type it. Pure."""

import re
from typing import Final

_TYPED: Final = re.compile(r"([-−]?)£?(\d{1,9})(?:\.(\d{1,2}))?")


def read(typed: str) -> int | None:
    """In pence: "£1,204.50", "1204.5", "-12" for what is given back. None: not an amount."""
    found = _TYPED.fullmatch(re.sub(r"[,\s]", "", typed).replace("£-", "-£").replace("£−", "-£"))
    if not found:
        return None
    sign, pounds, pence = found.groups()
    amount = int(pounds) * 100 + int((pence or "0").ljust(2, "0"))
    return -amount if sign else amount
