"""The words of a text as SMPP carries them: alphabets, and long texts in several units."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from messaging.carriers.base import Part
from messaging.carriers.smpp.pdu import EsmClass, ShortMessage, Tlv
from messaging.text import gsm7, segments

GSM_7: Final = 0x00  # the carrier's own default, which for every carrier here is GSM-7 unpacked
ASCII: Final = 0x01
LATIN_1: Final = 0x03
UCS_2: Final = 0x08
MOST_PARTS, MOST_REFERENCE = 0xFF, 0xFFFF  # the fields of a header have one byte and two
_NOT_PRINTED: Final = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]")


class Joining(StrEnum):
    """How the parts of a long text say that they belong together; a setting of the carrier."""

    HEADER = "header"  # a user data header of 8 bits: what handsets themselves use
    SAR = "sar"  # sar_* TLVs
    PAYLOAD = "payload"  # one unit with message_payload: the carrier cuts it


@dataclass(frozen=True, slots=True)
class Piece:
    """What one submit_sm carries."""

    words: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


def pieces(text: str, *, reference: int, joining: Joining) -> list[Piece]:
    """reference: the same on every attempt, so that a phone ignores a part that it has."""
    size = segments.measure(text)
    coding = GSM_7 if size.encoding == segments.GSM_7 else UCS_2
    if joining == Joining.PAYLOAD and size.parts > 1:
        return [Piece(b"", coding, tlvs={Tlv.MESSAGE_PAYLOAD: _encode(text, coding)})]
    parts = [_encode(part, coding) for part in segments.split(text)]
    if len(parts) == 1:
        return [Piece(parts[0], coding)]
    join = _by_sar if joining == Joining.SAR else _by_header
    return [join(part, coding, reference, n, len(parts)) for n, part in enumerate(parts, 1)]


def _by_header(part: bytes, coding: int, reference: int, n: int, total: int) -> Piece:
    # 3GPP TS 23.040, 9.2.3.24.1: length 5, element 0 of length 3.
    header = bytes((5, 0, 3, reference & 0xFF, total, n))
    return Piece(header + part, coding, EsmClass.HAS_HEADER)


def _by_sar(part: bytes, coding: int, reference: int, n: int, total: int) -> Piece:
    return Piece(
        part,
        coding,
        tlvs={
            Tlv.SAR_MSG_REF_NUM: (reference & 0xFFFF).to_bytes(2, "big"),
            Tlv.SAR_TOTAL_SEGMENTS: bytes((total,)),
            Tlv.SAR_SEGMENT_SEQNUM: bytes((n,)),
        },
    )


def _encode(text: str, coding: int) -> bytes:
    if coding == GSM_7:
        return gsm7.encode(text)
    # Half of a pair reaches us from JavaScript; a phone shows it as it shows any odd character.
    return text.encode("utf-16-be", "surrogatepass")


def read(message: ShortMessage) -> tuple[str, Part | None]:
    """The words of a text from a phone, and which part they are. Never raises."""
    words = message.tlvs.get(Tlv.MESSAGE_PAYLOAD, message.words)
    part = _sar_part(message.tlvs)
    if message.esm_class & EsmClass.HAS_HEADER and words:
        header, words = words[1 : 1 + words[0]], words[1 + words[0] :]
        part = _header_part(header) or part
    return _decode(words, message.data_coding), part


def _header_part(header: bytes) -> Part | None:
    at = 0
    while at + 2 <= len(header):
        element, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if element == 0x00 and len(value) == 3:
            return _part(value[0], value[2], value[1])
        if element == 0x08 and len(value) == 4:
            return _part(int.from_bytes(value[:2], "big"), value[3], value[2])
        at += 2 + length
    return None


def _sar_part(tlvs: dict[int, bytes]) -> Part | None:
    values = [
        int.from_bytes(tlvs.get(tag, b""), "big")
        for tag in (Tlv.SAR_MSG_REF_NUM, Tlv.SAR_SEGMENT_SEQNUM, Tlv.SAR_TOTAL_SEGMENTS)
    ]
    return _part(*values)


def _part(reference: int, number: int, total: int) -> Part | None:
    """None for one of one, and for numbers that make no sense."""
    makes_sense = 1 <= number <= total <= MOST_PARTS and reference <= MOST_REFERENCE
    return Part(reference, number, total) if makes_sense and total > 1 else None


def _decode(words: bytes, coding: int) -> str:
    if coding == UCS_2:
        return words.decode("utf-16-be", "replace")
    if coding == LATIN_1:
        return words.decode("latin-1")
    if coding == ASCII and not _NOT_PRINTED.search(words):
        return words.decode("ascii", "replace")
    # Others announce ASCII and write GSM-7, as node-smpp does; 0xF0 to 0xF3 are GSM-7 with a class
    # (3GPP TS 23.038).
    if coding in (GSM_7, ASCII) or coding & 0xFC == 0xF0:
        return gsm7.decode(words)
    return words.decode("latin-1")
