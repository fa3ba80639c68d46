"""What the sender and a carrier's adapter say to each other."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """How handing over one text ended."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # it has our reference already: it took the text on an earlier attempt
    REFUSED = "refused"  # for good: this text will never go by this carrier
    SENDER_REFUSED = "sender_refused"  # for good, by this carrier: it does not know this sender
    NOT_SENT = "not_sent"  # for now, and surely not sent: may be tried again
    THROTTLED = "throttled"  # surely not sent: we are too fast
    NOT_TRIED = "not_tried"  # surely not sent, and no fault of the text: the line was down
    AMBIGUOUS = "ambiguous"  # may have gone out: never tried again by itself
    PARTLY = "partly"  # the first parts went, and the others never will


@dataclass(frozen=True)
class Capabilities:
    """What a carrier can do, so that the engine need not know which one it is."""

    echoes_reference: bool = False  # receipts name our reference too
    receives: bool = False
    answer_seconds: float = 60.0  # how long an answer may take before it counts as lost


@dataclass(frozen=True, slots=True)
class LineState:
    """How the connection stands now. problem: for people, what is wrong; empty while all is well
    and while it is being opened. last_problem, problem_count: of all so far, for a line that broke
    and was open again before anybody looked.
    """

    connected_count: int
    connection_count: int
    problem: str = ""
    last_problem: str = ""
    problem_count: int = 0


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One text as handed over. `attempt` comes back with the answer and fences it. can_wait: others
    may go before it.
    """

    message_id: int
    attempt: int
    reference: str  # ours, the same on every attempt
    number: str
    sender: str
    body: str
    part_count: int
    valid_until: dt.datetime
    can_wait: bool = False


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What the carrier said of one part: accepted, refused, ambiguous or not tried."""

    outcome: Outcome
    carrier_ref: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """parts: of a text that went in several, the first first, where each is heard of by itself;
    empty where the answer, and later the receipt, is about the whole.
    """

    message_id: int
    attempt: int
    outcome: Outcome
    carrier_ref: str = ""
    code: str = ""
    words: str = ""
    parts: tuple[PartAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """state: delivered or undelivered, then with a reason (absent, dead, blocked)."""

    key: object  # what acknowledge() takes
    carrier_ref: str
    state: str
    reason: str = ""
    reference: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the parts of a long text from a phone."""

    reference: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class TextFromPhone:
    """fingerprint: of what it says, where the carrier gives it no id (`carrier_ref` is empty)."""

    key: object
    carrier_ref: str
    from_number: str
    to_number: str
    body: str
    part: Part | None = None
    fingerprint: str = ""


# An answer among them came after its text was given up.
Event = DeliveryReceipt | TextFromPhone | Answer


class Adapter(Protocol):
    """A connection to a carrier. The sender owns it and is its only caller."""

    capabilities: Capabilities

    @property
    def is_ready(self) -> bool:
        """Whether texts can leave now."""

    @property
    def line(self) -> LineState:
        """What it knows of its connections, at once and without asking anybody."""

    async def open(self) -> None:
        """Connect, and from now on connect again whenever the line breaks."""

    async def close(self) -> None: ...

    def submit(self, texts: Sequence[OutgoingText]) -> AsyncIterator[list[Answer]]:
        """Hand texts over, and yield answers as they come. A text that is still without an answer
        when the iterator ends, or raises, is ambiguous.
        """

    async def events(self, limit: int) -> list[Event]:
        """What the carrier has to say now; the same again until it is acknowledged."""

    async def acknowledge(self, events: Sequence[Event]) -> None:
        """The events are safely stored: the carrier may forget them."""


def reference_of(uid: uuid.UUID) -> str:
    return uid.hex
