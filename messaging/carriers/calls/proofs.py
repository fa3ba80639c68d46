"""How a call proves whose it is. Every comparison takes as long for a wrong proof as for a right
one. Pure: the clock is passed in.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
from typing import Final

from messaging.carriers.calls.heard import Heard, NotProven

FRESH: Final = dt.timedelta(minutes=5)  # so much may a carrier's clock be wrong, either way
_PREFIX: Final = re.compile(r"(?:sha256=|v1[=,])\s*", re.IGNORECASE)
_MILLISECONDS: Final = 10**11  # more than seconds will be for three thousand years


def signed(heard: Heard, *, secret: str, header: str, time_header: str, now: dt.datetime) -> bytes:
    """HMAC-SHA256 over the body, or over time.body where the time is told. In hex or base64."""
    _require(secret)
    time = heard.headers.get(time_header.lower(), "").strip() if time_header else ""
    given = _PREFIX.sub("", heard.headers.get(header.lower(), "").strip(), count=1)
    if not given:
        raise NotProven(f"it has no {header}")
    if time_header and not time:
        raise NotProven(f"it has no {time_header}")
    content = time.encode() + b"." + heard.body if time_header else heard.body
    digest = hmac.digest(secret.encode(), content, "sha256")
    forms = (digest.hex(), base64.b64encode(digest).decode())
    if not any([same(given, form) for form in forms]):
        raise NotProven("its signature is wrong")
    if not time_header:
        return b""
    fresh(time, now)
    return digest


def basic(heard: Heard, *, user: str, secret: str) -> None:
    _require(secret)
    given = heard.headers.get("authorization", "")
    if not given:
        raise NotProven("it has no name and password", wants_a_name=True)
    right = base64.b64encode(f"{user}:{secret}".encode()).decode()
    if not same(given.removeprefix("Basic ").strip(), right):
        raise NotProven("its name or password is wrong")


def fresh(time: str, now: dt.datetime) -> None:
    """Seconds, or milliseconds, since 1970. Raises NotProven."""
    if not re.fullmatch(r"\d{1,14}", time):
        raise NotProven("its time is no time")
    seconds = int(time) / 1000 if int(time) > _MILLISECONDS else int(time)
    if abs(now.timestamp() - seconds) > FRESH.total_seconds():
        raise NotProven("it is too old, or a clock is wrong")


def same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def once(*parts: bytes) -> str:
    """As it is kept: two calls with the same proof are one."""
    return hashlib.sha256(b"|".join(parts)).hexdigest()


def _require(secret: str) -> None:
    if not secret:
        raise NotProven("no secret has been set here to prove it with")
