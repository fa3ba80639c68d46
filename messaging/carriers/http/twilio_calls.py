"""What Twilio tells by calling, and its signature.

https://www.twilio.com/docs/usage/security
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

import base64
import datetime as dt
import hmac
from typing import Final

from messaging.carriers.base import DeliveryReceipt, TextFromPhone
from messaging.carriers.calls import proofs
from messaging.carriers.calls.heard import (
    LONGEST_REF,
    About,
    Heard,
    NotProven,
    Reading,
    number,
    reference,
    storable,
)
from messaging.carriers.reports import ABSENT, BLOCKED, DEAD, DELIVERED, UNDER_WAY, Meaning

REFERENCE: Final = "text"  # of the address that a text's reports come to: our reference
LONGEST_RAW: Final = 1000

WORDS: Final[dict[str, Meaning]] = {
    "accepted": UNDER_WAY,
    "scheduled": UNDER_WAY,
    "queued": UNDER_WAY,
    "sending": UNDER_WAY,
    "sent": UNDER_WAY,
    "delivered": DELIVERED,
    "read": DELIVERED,
    "undelivered": ABSENT,
    "failed": ABSENT,
    "canceled": BLOCKED,
}
# Why it is undelivered or failed, where that is known better.
REASONS: Final[dict[str, Meaning]] = {
    "21610": BLOCKED,  # the phone said STOP to Twilio
    "30001": ABSENT,  # its queue was full for too long
    "30002": BLOCKED,  # account suspended
    "30003": ABSENT,
    "30004": BLOCKED,
    "30005": DEAD,
    "30006": DEAD,  # a landline
    "30007": BLOCKED,  # filtered
    "30008": ABSENT,
    "30036": ABSENT,  # its validity was over
}


class TwilioListener:
    """token: unsealed."""

    answer = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    answer_type = "text/xml"
    methods = frozenset({"POST"})

    def __init__(self, token: str) -> None:
        self.token = token

    def prove(self, heard: Heard, *, now: dt.datetime) -> bytes:
        """Nothing in it says when: a call that comes again has the same signature, and is one."""
        if not self.token:
            raise NotProven("no secret has been set here to prove it with")
        given = heard.headers.get("x-twilio-signature", "").strip()
        if not given:
            raise NotProven("it has no X-Twilio-Signature")
        digest = signature(self.token, heard.url, heard.form)
        if not proofs.same(given, base64.b64encode(digest).decode()):
            raise NotProven("its signature is wrong")
        return digest

    def read(self, heard: Heard, key: object) -> Reading:
        fields = {name: storable(value) for name, value in heard.form}
        read = _report if heard.about == About.REPORT else _text
        ours = reference(heard.query.get(REFERENCE, ""))
        return read(fields, ours, key)


def signature(token: str, url: str, form: list[tuple[str, str]]) -> bytes:
    """url: whole, with its query. A field that comes twice with one value counts once."""
    said = url + "".join(name + value for name, value in sorted(set(form)))
    return hmac.digest(token.encode(), said.encode("utf-8", "replace"), "sha1")


def _report(fields: dict[str, str], ours: str, key: object) -> Reading:
    sid = (fields.get("MessageSid") or fields.get("SmsSid", ""))[:LONGEST_REF]
    word = (fields.get("MessageStatus") or fields.get("SmsStatus", "")).lower()
    if not sid:
        return Reading(problem="It says no id of a text")
    if word not in WORDS:
        return Reading(problem=f"“{word[:40]}” is none of the words that Twilio has")
    state, reason = WORDS[word]
    if not state:
        return Reading()
    if state == "undelivered":
        state, reason = REASONS.get(fields.get("ErrorCode", ""), (state, reason))
    raw = str(fields)[:LONGEST_RAW]
    return Reading((DeliveryReceipt(key, sid, state, reason, ours, raw),))


def _text(fields: dict[str, str], ours: str, key: object) -> Reading:
    sid, from_, to = (fields.get(name, "") for name in ("MessageSid", "From", "To"))
    if not (sid and from_ and to):
        return Reading(problem="It does not say from where, or to where, or its id")
    body = fields.get("Body", "")
    return Reading((TextFromPhone(key, sid[:LONGEST_REF], number(from_), number(to), body),))
