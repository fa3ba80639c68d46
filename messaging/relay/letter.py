"""What of a mail matters: one address, one subject, and whether a machine wrote it.

The header is read here and not by a parser of whole mails: nothing below it is looked at, and what
is no header line ends nothing and hides nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import InvalidHeaderDefect, MessageError
from typing import Final

from messaging.relay.answers import (
    AUTOMATIC,
    BAD_FROM,
    BARE,
    EMPTY_SUBJECT,
    LARGE_HEADER,
    LOOP,
    NO_HEADERS,
    TWO_SUBJECTS,
    Unfit,
)
from messaging.relay.limits import HEADER_BYTES

MOST_HOPS: Final = 30
OUR_MARK: Final = "x-oxsms-id"  # on every mail that the portal makes of texts

_FIELD: Final = re.compile(rb"([!-9;-~]+):(.*)", re.DOTALL)
_ADDRESS: Final = r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+@[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+"
_PLAIN: Final = re.compile(rf"(?:[^\"<>@,;:()=\\\x00-\x1f\x7f]*<({_ADDRESS})>|({_ADDRESS}))")
_ONE: Final = re.compile(_ADDRESS)
_STUMBLES: Final = (
    LookupError, UnicodeError, ValueError, TypeError, AttributeError, MessageError,
)  # fmt: skip
_REPORT: Final = re.compile(r"\s*multipart/report\b", re.IGNORECASE)
_OF_LISTS: Final = ("list-id", "list-post")


@dataclass(frozen=True)
class Letter:
    """sender: the one address of From, its domain in lower case. subject: as it stood there."""

    sender: str
    subject: bytes
    message_id: str
    key: str  # the same for the same mail


def read(content: bytes) -> Letter:
    """Raises Unfit for what is never sent as a text."""
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        raise Unfit(BARE)
    block, _, body = content.partition(b"\r\n\r\n")
    if len(block) > HEADER_BYTES:
        raise Unfit(LARGE_HEADER)
    fields = _fields(block)
    _refuse_loops(fields)
    sender = _one_address(fields.get("from", []))
    _refuse_machines(fields)
    subject = _one_subject(fields.get("subject", []))
    message_id = _text(fields.get("message-id", [b""])[0])
    if message_id:
        key = hashlib.sha256(b"id:" + message_id.encode()).hexdigest()
    else:
        key = _fingerprint(sender, fields, subject, body)
    return Letter(sender=sender, subject=subject, message_id=message_id, key=key)


def address_of(address: str) -> str:
    """To compare by. RFC 5321 may tell A and a of a local part apart; no university does. Outside
    ASCII they stay apart: small letters of look-alikes could be equal.
    """
    bare = address.strip()
    return bare.lower() if bare.isascii() else bare


def _fields(block: bytes) -> dict[str, list[bytes]]:
    """Values by name in lower case, folded as they came. A line that is no field is none: what
    follows it still counts, so that no mark can be hidden behind it.
    """
    found: dict[str, list[bytes]] = {}
    for line in _logical_lines(block):
        if field := _FIELD.fullmatch(line):
            found.setdefault(field[1].decode("ascii").lower(), []).append(field[2])
    if not found:
        raise Unfit(NO_HEADERS)
    return found


def _logical_lines(block: bytes) -> Iterator[bytes]:
    held: list[bytes] = []
    for line in block.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and held:
            held.append(line)
            continue
        if held:
            yield b"\r\n".join(held)
        held = [line]
    yield b"\r\n".join(held)


def _text(value: bytes) -> str:
    return value.replace(b"\r\n", b"").decode("utf-8", "replace").strip()


def _refuse_loops(fields: dict[str, list[bytes]]) -> None:
    if len(fields.get("received", [])) > MOST_HOPS or OUR_MARK in fields:
        raise Unfit(LOOP)


def _refuse_machines(fields: dict[str, list[bytes]]) -> None:
    """Answering machines, lists and bounces. What a machine writes of itself, an alarm, goes: it
    answers nobody, so two of them cannot write to each other for ever (RFC 3834).
    """
    said = [
        _text(value).partition(";")[0].strip().lower() for value in fields.get("auto-submitted", [])
    ]
    if any(word not in ("no", "auto-generated") for word in said):
        raise Unfit(AUTOMATIC)
    precedence = {_text(value).lower() for value in fields.get("precedence", [])}
    if precedence & {"bulk", "list", "junk", "auto_reply"}:
        raise Unfit(AUTOMATIC)
    if any(name in fields for name in _OF_LISTS):
        raise Unfit(AUTOMATIC)
    if any(_REPORT.match(_text(value)) for value in fields.get("content-type", [])):
        raise Unfit(AUTOMATIC)


def _one_address(values: list[bytes]) -> str:
    if len(values) != 1:
        raise Unfit(BAD_FROM)
    value = _text(values[0])
    plain = _PLAIN.fullmatch(value)
    address = (plain[1] or plain[2]) if plain else _parsed_address(value)
    if not _ONE.fullmatch(address):
        raise Unfit(BAD_FROM)
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _parsed_address(value: str) -> str:
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
        raise Unfit(BAD_FROM)
    try:
        found = policy.SMTP.header_factory("From", value)
        groups, addresses = found.groups, found.addresses
        is_odd = any(type(defect) is InvalidHeaderDefect for defect in found.defects)
    except _STUMBLES:
        raise Unfit(BAD_FROM) from None
    if is_odd or len(addresses) != 1 or any(group.display_name is not None for group in groups):
        raise Unfit(BAD_FROM)
    return str(addresses[0].addr_spec)


def _one_subject(values: list[bytes]) -> bytes:
    if not values:
        raise Unfit(EMPTY_SUBJECT)
    if len(values) > 1:
        raise Unfit(TWO_SUBJECTS)
    return values[0]


def _fingerprint(sender: str, fields: dict[str, list[bytes]], subject: bytes, body: bytes) -> str:
    """Of From, Date, Subject and body: for mails without a Message-ID."""
    same = hashlib.sha256(b"mail:")
    for part in (sender.encode("utf-8", "surrogatepass"), *fields.get("date", []), subject, body):
        same.update(hashlib.sha256(part).digest())
    return same.hexdigest()
