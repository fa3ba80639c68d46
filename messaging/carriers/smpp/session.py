"""One bind: from the connection to the farewell. When it is over it is over; see adapter.py."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from messaging.carriers.smpp.pdu import (
    RESPONSE,
    SEQUENCE_MOST,
    Bind,
    Command,
    Malformed,
    Pdu,
    Stream,
)
from messaging.carriers.smpp.status import INVALID_COMMAND, INVALID_LENGTH, OK

log = logging.getLogger(__name__)

# None: the answer did not come in time. It may be called once more, if it comes after all.
Answered = Callable[[Pdu | None], None]
Heard = Callable[["Session", Pdu], None]


class Kind(StrEnum):
    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"


MOST_GIVEN_UP = 1000  # whose late answers are still understood
MOST_UNREAD = 1024 * 1024  # bytes that a carrier may leave unread before its line is closed

BINDS = {
    Kind.TRANSCEIVER: Command.BIND_TRANSCEIVER,
    Kind.TRANSMITTER: Command.BIND_TRANSMITTER,
    Kind.RECEIVER: Command.BIND_RECEIVER,
}


@dataclass(frozen=True)
class Line:
    """Where the carrier is, and how long we wait for it, in seconds."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    tls_name: str | None = None
    connect_seconds: float = 5.0
    answer_seconds: float = 60.0
    enquire_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit of ours that waits for its answer."""

    at: float
    command: int
    answered: Answered

    def is_answered_by(self, pdu: Pdu) -> bool:
        """An answer of another kind is none, whatever its number."""
        return pdu.command in (self.command | RESPONSE, Command.GENERIC_NACK)


class BindRefused(OSError):
    """The carrier answered, and does not want us: `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with 0x{status:02X}")
        self.status = status


class Session(asyncio.Protocol):
    """heard: called with each unit that the carrier sends by itself; it may not block."""

    def __init__(self, line: Line, bind: Bind, kind: Kind, *, window: int, heard: Heard) -> None:
        self.line, self.bind, self.kind = line, bind, kind
        self.window = window
        self.heard = heard
        self.is_bound = False
        self.has_room = asyncio.Event()
        self.is_over = asyncio.Event()
        self._number = 0
        self._waiting: dict[int, Asked] = {}  # oldest first
        self._given_up: dict[int, Asked] = {}
        self._stream = Stream()
        self._transport: asyncio.Transport | None = None
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._heard_at = 0.0
        self._watch: asyncio.Task | None = None

    @property
    def sends(self) -> bool:
        return self.kind != Kind.RECEIVER

    @property
    def free(self) -> int:
        """Places in the window."""
        return self.window - len(self._waiting) if self.is_bound else 0

    # -- Life ------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and bind. Raises OSError; BindRefused when the carrier says no."""
        loop = asyncio.get_running_loop()
        connecting = loop.create_connection(
            lambda: self,
            self.line.host,
            self.line.port,
            ssl=self.line.tls,
            server_hostname=self.line.tls_name if self.line.tls else None,
        )
        try:
            await asyncio.wait_for(connecting, self.line.connect_seconds)
            answer = await self._ask(BINDS[self.kind], self.bind.encode())
        except TimeoutError:
            self.abort()
            raise OSError(f"{self.line.host} does not answer") from None
        if answer is None:
            self.abort()
            raise OSError("the line broke")
        if answer.status != OK or answer.command == Command.GENERIC_NACK:
            self.abort()
            raise BindRefused(answer.status)
        self.is_bound = True
        self.has_room.set()
        self._watch = asyncio.create_task(self._keep_alive())

    async def close(self) -> None:
        """Take leave. Whoever still waits for an answer hears that it never came."""
        if self.is_bound and not self.is_over.is_set():
            self.is_bound = False
            try:
                async with asyncio.timeout(self.line.connect_seconds):
                    await self._ask(Command.UNBIND)
            except TimeoutError:
                log.info("%s does not answer an unbind", self.line.host)
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._end()

    # -- Out -------------------------------------------------------------------------------

    def send(self, command: Command, body: bytes, answered: Answered) -> None:
        """The answer's place is kept before a byte leaves: no answer can be too quick."""
        self._number = self._number % SEQUENCE_MOST + 1
        self._waiting[self._number] = Asked(self._time(), command, answered)
        self._write(Pdu(command, OK, self._number, body))
        if self.free <= 0:
            self.has_room.clear()

    def respond(self, to: Pdu, status: int = OK) -> None:
        body = b"\x00" if to.command == Command.DELIVER_SM else b""
        self._write(Pdu(to.command | RESPONSE, status, to.sequence, body))

    async def drained(self) -> None:
        """Until the carrier has taken enough of what we wrote."""
        await self._can_write.wait()

    async def _ask(self, command: Command, body: bytes = b"") -> Pdu | None:
        answer: asyncio.Future[Pdu | None] = asyncio.get_running_loop().create_future()

        def answered(pdu: Pdu | None) -> None:
            if not answer.done():
                answer.set_result(pdu)

        self.send(command, body, answered)
        async with asyncio.timeout(self.line.answer_seconds):
            return await answer

    def _write(self, pdu: Pdu) -> None:
        if self._transport is None or self.is_over.is_set():
            return
        self._transport.write(pdu.encode())
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("%s does not read what we say: the line is closed", self.line.host)
            self._transport.abort()

    # -- In --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._heard_at = self._time()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._time()
        try:
            for pdu in self._stream.feed(data):
                self._take(pdu)
        except Malformed as why:
            log.warning("%s sends what is not SMPP (%s): the line is closed", self.line.host, why)
            self._write(Pdu(Command.GENERIC_NACK, INVALID_LENGTH, 0))
            if self._transport is not None:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & RESPONSE:
            asked = self._waiting.get(pdu.sequence) or self._given_up.get(pdu.sequence)
            if asked is not None and asked.is_answered_by(pdu):
                self._waiting.pop(pdu.sequence, None)
                self._given_up.pop(pdu.sequence, None)
                self.has_room.set()
                asked.answered(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self.respond(pdu)
        elif pdu.command == Command.UNBIND:
            self.respond(pdu)
            self.is_bound = False
            if self._transport is not None:
                self._transport.close()
        elif pdu.command == Command.DELIVER_SM:
            self.heard(self, pdu)
        else:
            self._write(Pdu(Command.GENERIC_NACK, INVALID_COMMAND, pdu.sequence))

    # -- Time ------------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        """Ask whether the carrier is there when it is silent, and give up on what it owes us."""
        every = min(1.0, self.line.enquire_seconds / 4, self.line.answer_seconds / 4)
        enquired_at = self._heard_at
        while not self.is_over.is_set():
            await asyncio.sleep(every)
            now = self._time()
            if now - self._heard_at > self.line.enquire_seconds + self.line.answer_seconds:
                log.warning("%s has fallen silent: the line is closed", self.line.host)
                self.abort()
                return
            self._give_up(now - self.line.answer_seconds)
            if now - max(self._heard_at, enquired_at) > self.line.enquire_seconds:
                enquired_at = now
                self.send(Command.ENQUIRE_LINK, b"", lambda pdu: None)

    def _give_up(self, since: float) -> None:
        """Who has waited too long waits no more; the place in the window is free again."""
        while self._waiting:
            number, asked = next(iter(self._waiting.items()))
            if asked.at > since:
                return
            del self._waiting[number]
            self._given_up[number] = asked
            if len(self._given_up) > MOST_GIVEN_UP:
                del self._given_up[next(iter(self._given_up))]
            self.has_room.set()
            asked.answered(None)

    def _end(self) -> None:
        """Once: everybody who waits learns that no answer will come."""
        if self.is_over.is_set():
            return
        self.is_bound = False
        self.is_over.set()
        self.has_room.set()
        self._can_write.set()
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()
        waiting, self._waiting = self._waiting, {}
        for asked in waiting.values():
            asked.answered(None)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
