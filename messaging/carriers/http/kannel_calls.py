"""What Kannel tells by calling: what became of a text, at the dlr-url that went with it, and what a
phone answered, at the get-url of one of its services.
"""

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from messaging.carriers.base import DeliveryReceipt, TextFromPhone
from messaging.carriers.calls import proofs
from messaging.carriers.calls.heard import (
    LONGEST_REF,
    About,
    Heard,
    Reading,
    number,
    reference,
    storable,
)
from messaging.carriers.fields import Secret, Settings
from messaging.carriers.reports import ABSENT, BLOCKED, DEAD, DELIVERED, UNDER_WAY, Meaning
from smsportal.lib.errors import Refused

CALLER: Final = "kannel"  # its name in its calls
LEAST_SECRET: Final = 16
LONGEST_RAW: Final = 1000
EVERY_REPORT: Final = "31"  # a dlr-mask: the sum of the types below

# What %d says.
TYPES: Final[dict[str, Meaning]] = {
    "1": DELIVERED,
    "2": DEAD,
    "4": UNDER_WAY,  # the network has it in a queue
    "8": UNDER_WAY,  # the network has taken it
    "16": BLOCKED,  # the network has refused it
}
# Why a phone did not get it, where %A is the receipt of a network over SMPP.
STATES: Final[dict[str, Meaning]] = {
    "EXPIRED": ABSENT,
    "DELETED": DEAD,
    "UNDELIV": DEAD,
    "REJECTD": BLOCKED,
}
# What %C says of the letters of %b.
CHARSETS: Final = {
    "": "utf-8",
    "UTF-8": "utf-8",
    "UTF-16BE": "utf-16-be",
    "ISO-8859-1": "latin-1",
}
_STATE: Final = re.compile(r"\bstat:\s*([A-Z]{7})", re.IGNORECASE)


@dataclass(frozen=True)
class CallSecret(Secret):
    """It stands in addresses, where Kannel takes it as it is written."""

    def clean(self, value: Any) -> str:
        secret = super().clean(value)
        if secret and not re.fullmatch(rf"[A-Za-z0-9_-]{{{LEAST_SECRET},}}", secret):
            words = (
                f"Give at least {LEAST_SECRET} letters, digits, hyphens and underscores, and "
                "nothing else: it has to stand in an address."
            )
            raise Refused(words, field=self.name)
        return secret


CALL_SECRET: Final = CallSecret(
    "call_secret",
    "Secret of its calls",
    f"One that you make up, of {LEAST_SECRET} letters and digits or more. Without it Kannel is not "
    "asked to say what became of a text, and no text from a phone is taken.",
)


def proof(settings: Settings) -> str:
    """Empty where it calls nobody."""
    if not settings.get(CALL_SECRET.name):
        return ""
    return (
        f"Each call has the name {CALLER} and the secret before its host: "
        f"https://{CALLER}:secret@host. We give the first with each text, as its dlr-url. The "
        "second is the get-url of a sms-service with max-messages = 0, and ends with "
        "?from=%p&to=%P&text=%b&id=%I&charset=%C."
    )


def report_address(door: str, secret: str) -> str:
    parts = urlsplit(door)
    netloc = f"{CALLER}:{secret}@{parts.netloc}"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


class KannelListener:
    """secret: unsealed, of its calls."""

    answer = ""
    answer_type = "text/plain"
    methods = frozenset({"GET"})

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def prove(self, heard: Heard, *, now: dt.datetime) -> bytes:
        """It signs nothing. Each thing it tells has an id in its address, so the same address is
        the same call.
        """
        proofs.basic(heard, user=CALLER, secret=self.secret)
        if not heard.query.get("id"):
            return b""
        return hmac.digest(self.secret.encode(), urlsplit(heard.url).query.encode(), "sha256")

    def read(self, heard: Heard, key: object) -> Reading:
        read = _report if heard.about == About.REPORT else _text
        said = read(heard, key)
        if isinstance(said, str):
            return Reading(problem=said)
        return Reading((said,) if said else ())


def _report(heard: Heard, key: object) -> DeliveryReceipt | str | None:
    """What is wrong with it, or None where it changes nothing."""
    fields = heard.query
    ours, type_ = reference(fields.get("id", "")), fields.get("type", "")
    if not ours:
        return "It does not say which text it is about"
    if type_ not in TYPES:
        return f"{type_[:40]} is no type of a report" if type_ else "It has no type"
    state, reason = _meaning(type_, fields.get("said", ""))
    if not state:
        return None
    raw = storable(urlsplit(heard.url).query[:LONGEST_RAW])
    return DeliveryReceipt(key, ours, state, reason, ours, raw)


def _meaning(type_: str, said: str) -> Meaning:
    found = _STATE.search(said) if TYPES[type_] == DEAD else None
    return STATES.get(found[1].upper(), DEAD) if found else TYPES[type_]


def _text(heard: Heard, key: object) -> TextFromPhone | str:
    fields = heard.query
    from_, to = storable(fields.get("from", "")), storable(fields.get("to", ""))
    if not from_ or not to:
        return "It does not say from where, or to where"
    charset = fields.get("charset", "").upper()
    if charset not in CHARSETS:
        return f"{storable(charset)[:40]} is no charset that we can read"
    body = _words(heard, CHARSETS[charset])
    said = hashlib.sha256(f"{from_}|{to}|{body}".encode()).hexdigest()[:40]
    id_ = storable(fields.get("id", ""))[:LONGEST_REF]
    return TextFromPhone(key, id_, number(from_), number(to), body, None, said)


def _words(heard: Heard, codec: str) -> str:
    """Kannel writes the bytes of a text into the address as the network gave them."""
    as_bytes = dict(parse_qsl(urlsplit(heard.url).query, encoding="latin-1"))
    return storable(as_bytes.get("text", "").encode("latin-1").decode(codec, "replace"))
