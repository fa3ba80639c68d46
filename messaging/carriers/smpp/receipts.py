"""Delivery receipts as carriers write them: by TLV first, by the text of the report second."""

import re
from enum import StrEnum
from typing import Final

from messaging.carriers.smpp.pdu import EsmClass, ShortMessage, Tlv

DELIVERED: Final = ("delivered", "")
# The engine's words for what the network said; what is not here changes nothing (ENROUTE, ACCEPTD,
# UNKNOWN), so the text stays "sent" and ends as "no report" if nothing better comes.
BY_STATE: Final = {
    2: DELIVERED,
    3: ("undelivered", "absent"),  # EXPIRED: the phone was never found
    4: ("undelivered", "dead"),
    5: ("undelivered", "dead"),
    8: ("undelivered", "blocked"),
}
BY_WORD: Final = {
    "DELIVRD": BY_STATE[2],
    "EXPIRED": BY_STATE[3],
    "DELETED": BY_STATE[4],
    "UNDELIV": BY_STATE[5],
    "REJECTD": BY_STATE[8],
}

# Appendix B of SMPP 3.4; carriers write it in any case, and leave fields out.
_ID: Final = re.compile(r"\bid:\s*([^\s\x00]{1,64})", re.IGNORECASE)
LONGEST_ID: Final = 64  # 5.2.23: one less than the field, which ends with a zero
_NUMERIC: Final = re.compile(r"[0-9A-Fa-f]{1,64}")
_STATE: Final = re.compile(r"\bstat(?:us)?:\s*([A-Za-z]{3,12})", re.IGNORECASE)


def is_receipt(message: ShortMessage) -> bool:
    """Some carriers forget the bit of esm_class, but none forgets both marks."""
    kind = message.esm_class & EsmClass.TYPE_MASK
    return kind == EsmClass.RECEIPT or Tlv.RECEIPTED_MESSAGE_ID in message.tlvs


def read(message: ShortMessage) -> tuple[str, str, str]:
    """The carrier's id of the text, its state and reason; "" for what the report does not say."""
    words = message.tlvs.get(Tlv.MESSAGE_PAYLOAD, message.words).decode("latin-1")
    state, reason = _state(message.tlvs, words)
    return _id(message.tlvs, words), state, reason


def _id(tlvs: dict[int, bytes], words: str) -> str:
    if named := tlvs.get(Tlv.RECEIPTED_MESSAGE_ID, b"").split(b"\x00", 1)[0]:
        return named[:LONGEST_ID].decode("latin-1")
    found = _ID.search(words)
    return found[1] if found else ""


def _state(tlvs: dict[int, bytes], words: str) -> tuple[str, str]:
    if code := tlvs.get(Tlv.MESSAGE_STATE, b""):
        return BY_STATE.get(code[0], ("", ""))
    found = _STATE.search(words)
    return BY_WORD.get(found[1].upper()[:7], ("", "")) if found else ("", "")


class Ids(StrEnum):
    """How receipts write the id that the answer gave; a setting of the carrier."""

    SAME = "same"
    DECIMAL = "decimal"  # the answer was hexadecimal, the receipt is decimal
    HEX = "hex"  # the other way round


class Reports(StrEnum):
    """Of which parts of a long text the carrier reports; a setting of the carrier."""

    EACH = "each"
    LAST = "last"  # it stands for all
    FIRST = "first"


def plain(carrier_id: str) -> str:
    """An id as we keep it: carriers write hexadecimal ones in either case, with zeros before."""
    if _NUMERIC.fullmatch(carrier_id):
        return carrier_id.lower().lstrip("0") or "0"
    return carrier_id


def as_answered(carrier_id: str, ids: Ids) -> str:
    """The id of a receipt in the form that the answer had."""
    if ids == Ids.DECIMAL and carrier_id.isdecimal():
        return f"{int(carrier_id):x}"
    if ids == Ids.HEX and _NUMERIC.fullmatch(carrier_id):
        return str(int(carrier_id, 16))
    return plain(carrier_id)
