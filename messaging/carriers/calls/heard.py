"""What a carrier tells us by calling, as plain values, and who proves and reads it."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from messaging.carriers.base import Event
from smsportal.lib.choices import TextChoices

LONGEST_REF: Final = 64
_REFERENCE: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"\+?[0-9]{1,15}")


class About(TextChoices):
    REPORT = "report", "Reports on texts"
    TEXT = "text", "Texts from phones"


class NotProven(Exception):
    """It may be anybody's. Its words have no full stop. wants_a_name: it came without a name and
    password, which some senders only give when they are asked.
    """

    def __init__(self, words: str, *, wants_a_name: bool = False) -> None:
        super().__init__(words)
        self.wants_a_name = wants_a_name


@dataclass(frozen=True, slots=True)
class Heard:
    """url: as the carrier called it, whole. headers: their names in small letters."""

    about: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of its body, in their order."""
        if self.content_type != "application/x-www-form-urlencoded":
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def fields(self) -> dict[str, str]:
        return {**self.query, **dict(self.form)}

    def tree(self) -> Any:
        """What it says: its JSON, else its fields. Raises ValueError for what is neither."""
        if self.body and not self.form:
            try:
                return json.loads(self.body)
            except RecursionError:
                raise ValueError("too deep") from None
        return self.fields


@dataclass(frozen=True, slots=True)
class Reading:
    """What a call says. problem: what made no sense of it, for the messaging team."""

    events: tuple[Event, ...] = ()
    problem: str = ""


class Listener(Protocol):
    """How the calls of one carrier are proven and read. answer: what it wants to hear from us.
    methods: how it calls, GET or POST; its proof covers all that such a call says.
    """

    answer: str
    answer_type: str
    methods: frozenset[str]

    def prove(self, heard: Heard, *, now: dt.datetime) -> bytes:
        """That it is this carrier's own, and new. What comes back is the same only for the same
        call; empty where the proof of another would be no different. Raises NotProven.
        """

    def read(self, heard: Heard, key: object) -> Reading:
        """key: of its events."""


def reference(words: str) -> str:
    """Our own reference as a carrier gives it back; empty for what is none."""
    plain = words.strip().lower().replace("-", "")
    return plain if _REFERENCE.fullmatch(plain) else ""


def number(words: str) -> str:
    """E.164 of an international number; anything else as the carrier writes it, cut to fit."""
    plain = re.sub(r"[\s\x00]", "", words)
    if _NUMBER.fullmatch(plain) and (plain[0] == "+" or len(plain) > 10):
        return f"+{plain.removeprefix('+')}"
    return plain[:16]


def storable(words: str) -> str:
    """PostgreSQL keeps no NUL, and a lone half of a pair cannot be written."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()
