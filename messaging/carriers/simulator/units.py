"""The simulator's texts as units of SMPP: what a submit_sm hands over, and what a deliver_sm says.

No I/O, no clock. Section numbers are those of the SMPP 3.4 specification, issue 1.2.
"""

import datetime as dt
import hashlib
import re
from typing import Final

from messaging.carriers.base import OutgoingText
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.simulator.network import Handed
from messaging.carriers.smpp import status, words
from messaging.carriers.smpp.pdu import Address, EsmClass, ShortMessage, Tlv
from messaging.carriers.smpp.words import Joining

INTERNATIONAL, ALPHANUMERIC, NETWORK = (1, 1), (5, 0), (3, 0)  # ton and npi
USUAL_VALIDITY: Final = dt.timedelta(days=1)
LONGEST_VALIDITY: Final = dt.timedelta(days=14)
LONGEST_TAG: Final = 11
# message_state and the word for it (5.2.28, appendix B), by the engine's state and reason.
STATES: Final = {
    ("delivered", ""): (2, "DELIVRD"),
    ("undelivered", "absent"): (3, "EXPIRED"),
    ("undelivered", "dead"): (5, "UNDELIV"),
    ("undelivered", "blocked"): (8, "REJECTD"),
}
# The two low bits of registered_delivery (5.2.17).
REPORTS: Final = (
    frozenset[str](),
    frozenset({"delivered", "undelivered"}),
    frozenset({"undelivered"}),
    frozenset({"delivered"}),
)
_NUMBER: Final = re.compile(r"\+?([1-9][0-9]{6,14})")
_SHORT_CODE: Final = re.compile(r"[0-9]{3,8}")
_TIME: Final = re.compile(r"([0-9]{12})[0-9]([0-9]{2})([-+R])")


class NotTaken(ValueError):
    """A unit that the network refuses: `status` says why."""

    def __init__(self, command_status: int) -> None:
        super().__init__(status.code(command_status))
        self.status = command_status


def read(message: ShortMessage, *, now: dt.datetime) -> Handed:
    """What a submit_sm hands over. Raises NotTaken."""
    number, sender = _number(message.destination), _sender(message.source)
    valid_until = _valid_until(message.validity, now)
    body, part = words.read(message)
    # The same on every attempt, and for every part of a text; SMPP has no field for it.
    same = f"{part.reference}/{part.total}" if part else body
    said = f"{number}|{sender}|{message.validity}|{same}"
    text = OutgoingText(
        message_id=0,
        attempt=0,
        reference=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:40],
        number=number,
        sender=sender,
        body=body.replace("\x00", ""),
        part_count=part.total if part else 1,
        valid_until=valid_until,
    )
    return Handed(text, part, REPORTS[message.registered_delivery & 0b11])


def _number(address: Address) -> str:
    match = _NUMBER.fullmatch(address.digits)
    if not match:
        raise NotTaken(status.INVALID_DESTINATION)
    return f"+{match[1]}"


def _sender(address: Address) -> str:
    digits = address.digits
    if address.ton != ALPHANUMERIC[0]:
        if address.ton != INTERNATIONAL[0] and _SHORT_CODE.fullmatch(digits):
            return digits
        if match := _NUMBER.fullmatch(digits):
            return f"+{match[1]}"
    if 0 < len(digits) <= LONGEST_TAG and digits.isprintable():
        return digits
    raise NotTaken(status.INVALID_SOURCE)


def _valid_until(validity: str, now: dt.datetime) -> dt.datetime:
    """7.1.1: a time of day somewhere, or how long from now."""
    if not validity:
        return now + USUAL_VALIDITY
    match = _TIME.fullmatch(validity)
    if not match:
        raise NotTaken(status.INVALID_EXPIRY)
    if match[3] == "R":
        years, months, days, *rest = (int(match[1][at : at + 2]) for at in range(0, 12, 2))
        hours, minutes, seconds = rest
        days += 365 * years + 30 * months
        until = now + dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    else:
        until = _time(match[1], int(match[2]) * (1 if match[3] == "+" else -1))
    return min(until, now + LONGEST_VALIDITY)


def _time(digits: str, quarter_hours: int) -> dt.datetime:
    try:
        local = dt.datetime.strptime(f"{digits}+0000", "%y%m%d%H%M%S%z")
    except ValueError:
        raise NotTaken(status.INVALID_EXPIRY) from None
    return local - dt.timedelta(minutes=15 * quarter_hours)


def said_by(row: SimulatedText) -> list[ShortMessage]:
    """What a row of the ledger has to say: a report, or a text from a phone in its parts."""
    return _from_phone(row) if row.kind == SimulatedKind.FROM_PHONE else [_report(row)]


def _report(row: SimulatedText) -> ShortMessage:
    """Both ways that carriers have: TLVs, and the text of appendix B."""
    code, word = STATES[row.state, row.reason]
    done = row.next_due_at or row.at
    said = (
        f"id:{row.ref} sub:001 dlvrd:{int(word == 'DELIVRD'):03d} submit date:{row.at:%y%m%d%H%M} "
        f"done date:{done:%y%m%d%H%M} stat:{word} err:000 text:"
    )
    return ShortMessage(
        source=_address(row.number),
        destination=_address(row.peer),
        words=said.encode("ascii") + row.body[:20].encode("ascii", "replace"),
        esm_class=EsmClass.RECEIPT,
        tlvs={
            Tlv.RECEIPTED_MESSAGE_ID: row.ref.encode("ascii") + b"\x00",
            Tlv.MESSAGE_STATE: bytes((code,)),
        },
    )


def _from_phone(row: SimulatedText) -> list[ShortMessage]:
    reference = row.pk & 0xFFFF
    pieces = words.pieces(row.body, reference=reference, joining=Joining.HEADER)
    return [
        ShortMessage(
            source=_address(row.number),
            destination=_address(row.peer),
            words=piece.words,
            esm_class=piece.esm_class,
            data_coding=piece.data_coding,
            tlvs={Tlv.USER_MESSAGE_REFERENCE: reference.to_bytes(2, "big")},
        )
        for piece in pieces
    ]


def _address(name: str) -> Address:
    if name.startswith("+"):
        return Address(*INTERNATIONAL, name.removeprefix("+"))
    return Address(*(NETWORK if name.isdecimal() else ALPHANUMERIC), name)
