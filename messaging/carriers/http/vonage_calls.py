"""What Vonage tells us by calling: what became of a text, and what a phone answered.

Its signature is over what a call says, however that is written: a query, a form or JSON.
https://developer.vonage.com/en/getting-started/concepts/signing-messages
"""

import datetime as dt
import hashlib
import hmac
import re
from typing import Final

from messaging.carriers.base import DeliveryReceipt, Part, TextFromPhone
from messaging.carriers.calls import proofs
from messaging.carriers.calls.heard import (
    LONGEST_REF,
    Heard,
    NotProven,
    Reading,
    number,
    reference,
    storable,
)
from messaging.carriers.fields import Secret
from messaging.carriers.reports import (
    ABSENT,
    BLOCKED,
    DEAD,
    DELIVERED,
    UNDER_WAY,
    Meaning,
)

LONGEST_RAW: Final = 1000
HASHES: Final = ("sha256", "sha512")

STATUSES: Final = {
    "delivered": DELIVERED,
    "submitted": UNDER_WAY,
    "accepted": UNDER_WAY,
    "buffered": UNDER_WAY,
    "unknown": UNDER_WAY,
    "expired": ABSENT,
    "failed": DEAD,
    "rejected": BLOCKED,
}
# Why a text was not delivered, where its err-code says it better than its status.
REASONS: Final = {
    "2": ABSENT,  # for now
    "3": DEAD,  # absent for good
    "4": BLOCKED,  # by the user
    "5": DEAD,  # number portability
    "6": BLOCKED,  # as spam
    "7": ABSENT,  # handset busy
    "8": ABSENT,  # network error
    "9": BLOCKED,  # they asked for no such texts
    "10": BLOCKED,  # illegal message
    "11": DEAD,  # unroutable
    "13": BLOCKED,  # age
    "14": BLOCKED,  # by the network
    "15": BLOCKED,  # no credit on the phone
    "16": BLOCKED,  # quota
    "39": BLOCKED,  # sender
    "40": BLOCKED,  # daily limit
    "50": BLOCKED,  # filters, 50 to 53
    "51": BLOCKED,
    "52": BLOCKED,
    "53": BLOCKED,
    "54": BLOCKED,  # regulation
}

PROOF: Final = (
    "Each call has sig, which is HMAC-SHA256 or HMAC-SHA512 with the signature secret. Choose one "
    "of them in the Vonage dashboard, and have its calls signed."
)
SIGNATURE_SECRET: Final = Secret(
    "signature_secret",
    "Signature secret",
    "Of the Vonage dashboard, where SHA-256 HMAC or SHA-512 HMAC must be chosen. Without it every "
    "report and every text from a phone is refused.",
)


class VonageListener:
    """secret: unsealed, of its signatures."""

    answer = ""
    answer_type = "text/plain"
    methods = frozenset({"GET", "POST"})  # as its dashboard is told

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def prove(self, heard: Heard, *, now: dt.datetime) -> bytes:
        if not self.secret:
            raise NotProven("no signature secret has been set here to prove it with")
        try:
            said = parameters(heard)
        except ValueError as why:
            raise NotProven(str(why)) from None
        given = said.pop("sig", "").strip().lower()
        if not re.fullmatch(r"[0-9a-f]+", given):
            raise NotProven("it has no sig")
        content = what_is_signed(said)
        right = [hmac.digest(self.secret.encode(), content, name) for name in HASHES]
        if not any([proofs.same(given, digest.hex()) for digest in right]):
            raise NotProven("its signature is wrong")
        proofs.fresh(said.get("timestamp", ""), now)
        # The same for the same words, the nonce among them, by whichever hash they are signed.
        return right[0]

    def read(self, heard: Heard, key: object) -> Reading:
        """By what it says and not by where it was said: one that comes to the other of the two
        addresses, by mistake or played again, is what it always was.
        """
        try:
            said = parameters(heard)
        except ValueError as why:
            return Reading(problem=storable(str(why)).capitalize())
        read = _report if "status" in said else _text
        result = read(said, key)
        if isinstance(result, str):
            return Reading(problem=result)
        return Reading((result,) if result else ())


def parameters(heard: Heard) -> dict[str, str]:
    """What a call says, by name. Raises ValueError with words that have no full stop."""
    try:
        tree = heard.tree()
    except ValueError:
        raise ValueError("it is neither a form nor JSON") from None
    if not isinstance(tree, dict):
        raise ValueError("it is no list of names and values")
    return {name: _written(name, value) for name, value in tree.items()}


def _written(name: str, value: object) -> str:
    # With these in a name, two different calls could have one signature.
    if "&" in name or "=" in name:
        raise ValueError("one of its names has a sign in it that separates names")
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise ValueError(f"{name[:40]} is no value")
    return str(value)


def what_is_signed(said: dict[str, str]) -> bytes:
    pairs = (f"&{name}={re.sub('[&=]', '_', said[name])}" for name in sorted(said))
    return "".join(pairs).encode("utf-8", "surrogatepass")


def meaning(status: str, error: str) -> Meaning | None:
    """None for a status that is not known."""
    known = STATUSES.get(status)
    if known in (None, DELIVERED, UNDER_WAY):
        return known
    return REASONS.get(error, known)


def _report(said: dict[str, str], key: object) -> DeliveryReceipt | str | None:
    """What is wrong with it, or nothing where it changes nothing."""
    status = said["status"].strip().lower()
    theirs = storable(said.get("messageId", ""))[:LONGEST_REF]
    ours = reference(said.get("client-ref", ""))
    if not theirs and not ours:
        return "It says no messageId of a text"
    means = meaning(status, said.get("err-code", "").strip())
    if means is None:
        return f"{storable(status)[:40]} is no status that we know"
    state, reason = means
    if not state:
        return None
    raw = storable(str(said))[:LONGEST_RAW]
    return DeliveryReceipt(key, theirs or ours, state, reason, ours, raw)


def _text(said: dict[str, str], key: object) -> TextFromPhone | str:
    from_, to, body, id_ = (
        storable(said.get(name, "")) for name in ("msisdn", "to", "text", "messageId")
    )
    if not from_ or not to:
        return "It is neither a report nor a text from a phone"
    if said.get("type") == "binary":
        return "It is data from a phone, and no text"
    part = _part(said)
    words = hashlib.sha256(f"{from_}|{to}|{part}|{body}".encode()).hexdigest()[:40]
    return TextFromPhone(key, id_[:LONGEST_REF], number(from_), number(to), body, part, words)


def _part(said: dict[str, str]) -> Part | None:
    """None for a whole text, and for one that does not say clearly which part it is."""
    if said.get("concat", "").lower() != "true":
        return None
    told = [said.get(f"concat-{name}", "") for name in ("ref", "part", "total")]
    if not all(re.fullmatch(r"[0-9]{1,9}", word) for word in told):
        return None
    ref, part, total = map(int, told)
    return Part(ref, part, total) if 1 <= part <= total <= 255 and total > 1 else None
