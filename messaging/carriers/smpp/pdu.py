"""The units of SMPP 3.4 on the wire: bytes from facts and facts from bytes. No I/O, no clock.

Section numbers in the comments are those of the SMPP 3.4 specification, issue 1.2.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

HEADER: Final = struct.Struct(">IIII")
LENGTH: Final = struct.Struct(">I")
TAG: Final = struct.Struct(">HH")
LONGEST: Final = 64 * 1024  # no unit of ours comes near; a longer one is not SMPP
SEQUENCE_MOST: Final = 0x7FFFFFFF


class Command(IntEnum):
    """5.1.2.1"""

    BIND_RECEIVER = 0x1
    BIND_TRANSMITTER = 0x2
    SUBMIT_SM = 0x4
    DELIVER_SM = 0x5
    UNBIND = 0x6
    BIND_TRANSCEIVER = 0x9
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x80000000
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    ENQUIRE_LINK_RESP = 0x80000015


RESPONSE: Final = 0x80000000


class Tlv(IntEnum):
    """5.3.2"""

    PAYLOAD_TYPE = 0x0019
    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class EsmClass(IntEnum):
    """5.2.12: bits of esm_class that we read or set."""

    RECEIPT = 0x04  # in deliver_sm: this is a report, not a text
    TYPE_MASK = 0x3C
    HAS_HEADER = 0x40  # the words begin with a user data header


class Malformed(ValueError):
    """What came is not SMPP, or not the unit that it says it is."""


@dataclass(frozen=True, slots=True)
class Pdu:
    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encode(self) -> bytes:
        head = HEADER.pack(16 + len(self.body), self.command, self.status, self.sequence)
        return head + self.body


class Stream:
    """Cuts what arrives into units, however it was divided on the way."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """Raises Malformed when the boundaries are lost: nothing after that can be read."""
        self._buffer += data
        at, end = 0, len(self._buffer)
        try:
            while end - at >= LENGTH.size:
                (length,) = LENGTH.unpack_from(self._buffer, at)
                if not HEADER.size <= length <= LONGEST:
                    raise Malformed(f"a unit of {length} bytes")
                if end - at < length:
                    return
                _, command, status, sequence = HEADER.unpack_from(self._buffer, at)
                yield Pdu(
                    command, status, sequence, bytes(self._buffer[at + HEADER.size : at + length])
                )
                at += length
        finally:
            del self._buffer[:at]


@dataclass(frozen=True, slots=True)
class Bind:
    """4.1: who we are. The version is 3.4."""

    system_id: str
    password: str
    system_type: str = ""
    address_range: str = ""

    def encode(self) -> bytes:
        return b"".join(
            (
                c_string(self.system_id),
                c_string(self.password),
                c_string(self.system_type),
                b"\x34\x00\x00",
                c_string(self.address_range),
            )
        )

    @classmethod
    def decode(cls, body: bytes) -> "Bind":
        """Raises Malformed when the body ends too early."""
        reader = _Reader(body)
        system_id, password, system_type = reader.text(), reader.text(), reader.text()
        reader.take(3)
        return cls(system_id, password, system_type, reader.text())


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name with its kind: ton and npi of 5.2.5 and 5.2.6."""

    ton: int
    npi: int
    digits: str


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The body that submit_sm (4.4) and deliver_sm (4.6) share."""

    source: Address
    destination: Address
    words: bytes
    esm_class: int = 0
    data_coding: int = 0
    service_type: str = ""
    validity: str = ""
    registered_delivery: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Raises Malformed for words that only a message_payload can carry."""
        if len(self.words) > 254:
            raise Malformed(f"{len(self.words)} bytes in one unit")
        head = (
            c_string(self.service_type),
            bytes((self.source.ton, self.source.npi)),
            c_string(self.source.digits),
            bytes((self.destination.ton, self.destination.npi)),
            c_string(self.destination.digits),
            bytes((self.esm_class, 0, 0, 0)),  # no schedule: it is sent at once
            c_string(self.validity),
            bytes((self.registered_delivery, 0, self.data_coding, 0, len(self.words))),
            self.words,
        )
        tail = (TAG.pack(tag, len(value)) + value for tag, value in self.tlvs.items())
        return b"".join((*head, *tail))

    @classmethod
    def decode(cls, body: bytes) -> "ShortMessage":
        """Raises Malformed when the body ends too early."""
        reader = _Reader(body)
        service_type = reader.text()
        source = Address(reader.octet(), reader.octet(), reader.text())
        destination = Address(reader.octet(), reader.octet(), reader.text())
        esm_class, _protocol, _priority = reader.octet(), reader.octet(), reader.octet()
        _schedule, validity = reader.text(), reader.text()
        registered, _replaces, coding, _canned = (reader.octet() for _ in range(4))
        words = reader.take(reader.octet())
        return cls(
            source, destination, words, esm_class, coding, service_type, validity, registered,
            reader.tlvs(),
        )  # fmt: skip


def message_id(body: bytes) -> str:
    """The carrier's id in a submit_sm_resp (4.4.2); "" when it gives none."""
    return body.split(b"\x00", 1)[0].decode("latin-1")


def c_string(text: str) -> bytes:
    return text.encode("latin-1", "replace").replace(b"\x00", b"") + b"\x00"


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def octet(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._body):
            raise Malformed("a unit that ends too early")
        piece = self._body[self._at : end]
        self._at = end
        return piece

    def text(self) -> str:
        end = self._body.find(b"\x00", self._at)
        if end < 0:
            raise Malformed("a unit with a text that does not end")
        piece = self._body[self._at : end].decode("latin-1")
        self._at = end + 1
        return piece

    def tlvs(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = TAG.unpack(self.take(TAG.size))
            found[tag] = self.take(length)
        return found
