"""An amount as people type it. Pure."""

import re
from typing import Final

from smsportal.lib.amounts import with_point, without_groups

MOST_PENCE: Final = 99_999_999_999
_TYPED: Final = re.compile(r"([-−]?)£?(\d+)(?:\.(\d{1,2}))?")


def read(typed: str) -> int | None:
    """In pence: "£1,204.50", "1204.5", "-12" for what is given back. None: not an amount.

    It may be more than MOST_PENCE, which the form refuses.
    """
    plain = re.sub(r"\s", "", without_groups(typed)).replace("£-", "-£").replace("£−", "-£")
    found = _TYPED.fullmatch(plain)
    if not found:
        return None
    sign, pounds, pence = found.groups()
    amount = int(pounds) * 100 + int((pence or "0").ljust(2, "0"))
    return -amount if sign else amount


def meant(typed: str) -> str:
    """How it is written here, where only a comma stands in the way. Empty: it is no amount."""
    written = with_point(typed)
    return "" if read(written) is None else written
