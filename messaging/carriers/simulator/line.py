"""One connection to the simulator, from its first byte to its last; see exchange.py."""

import asyncio
import hmac
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from messaging.carriers.smpp import status
from messaging.carriers.smpp.pdu import (
    RESPONSE,
    SEQUENCE_MOST,
    Bind,
    Command,
    Malformed,
    Pdu,
    Stream,
    c_string,
)

log = logging.getLogger(__name__)

BINDS: Final = (Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
WINDOW: Final = 100  # units that we say and that are not answered
ANSWER_SECONDS: Final = 10.0
ENQUIRE_SECONDS: Final = 30.0
BIND_SECONDS: Final = 10.0
MOST_UNREAD: Final = 1024 * 1024  # bytes that a client may leave unread before it is given up

Answered = Callable[[int | None], None]  # the status, or None: no answer came


@dataclass(frozen=True, slots=True)
class Account:
    system_id: str
    password: str

    def refusal(self, bind: Bind) -> int:
        """OK, or the status that says what is wrong."""
        if bind.system_id != self.system_id:
            return status.WRONG_SYSTEM_ID
        given, mine = bind.password.encode(), self.password.encode()
        return status.OK if hmac.compare_digest(given, mine) else status.WRONG_PASSWORD


class House(Protocol):
    """What a line asks of the exchange."""

    account: Account

    def opened(self, line: "Line") -> bool:
        """Whether there is room for one more."""

    def submitted(self, line: "Line", pdu: Pdu) -> None: ...

    def closed(self, line: "Line") -> None: ...


class Line(asyncio.Protocol):
    def __init__(self, house: House) -> None:
        self.house = house
        self.bound_as: int | None = None
        self._stream = Stream()
        self._transport: asyncio.Transport | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[float, Answered]] = {}  # oldest first
        self._opened_at = self._heard_at = self._enquired_at = 0.0

    @property
    def hears(self) -> bool:
        """Whether it can be told reports and texts from phones."""
        return self.bound_as in (Command.BIND_TRANSCEIVER, Command.BIND_RECEIVER)

    @property
    def free(self) -> int:
        return WINDOW - len(self._waiting) if self.hears else 0

    # -- Out -------------------------------------------------------------------------------

    def say(self, command: Command, body: bytes, answered: Answered) -> None:
        number = (next(self._numbers) - 1) % SEQUENCE_MOST + 1
        self._waiting[number] = (self._time(), answered)
        self._write(Pdu(command, status.OK, number, body))

    def answer(self, to: Pdu, command_status: int = status.OK, body: bytes = b"") -> None:
        self._write(Pdu(to.command | RESPONSE, command_status, to.sequence, body))

    def take_leave(self) -> None:
        """Nothing is taken any more; the client learns that it is not its fault."""
        if self.bound_as is not None:
            self.bound_as = None
            self.say(Command.UNBIND, b"", lambda _: self._close())
        else:
            self._close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _write(self, pdu: Pdu) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(pdu.encode())
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("a client does not read what it is told: its line is closed")
            self._transport.abort()

    # -- In --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._opened_at = self._heard_at = self._enquired_at = self._time()
        if not self.house.opened(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._time()
        try:
            for pdu in self._stream.feed(data):
                self._take(pdu)
        except Malformed as why:
            log.warning("a client sends what is not SMPP (%s): its line is closed", why)
            self._write(Pdu(Command.GENERIC_NACK, status.INVALID_LENGTH, 0))
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.bound_as = None
        waiting, self._waiting = self._waiting, {}
        for _, answered in waiting.values():
            answered(None)
        self.house.closed(self)

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & RESPONSE:
            _, answered = self._waiting.pop(pdu.sequence, (0.0, None))
            if answered is not None:
                answered(pdu.status)
        elif pdu.command in BINDS:
            self._bind(pdu)
        elif pdu.command == Command.SUBMIT_SM:
            self._submit(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self.answer(pdu)
        elif pdu.command == Command.UNBIND:
            self.bound_as = None
            self.answer(pdu)
            self._close()
        else:
            self._write(Pdu(Command.GENERIC_NACK, status.INVALID_COMMAND, pdu.sequence))

    def _bind(self, pdu: Pdu) -> None:
        if self.bound_as is not None:
            self.answer(pdu, status.ALREADY_BOUND)
            return
        try:
            refusal = self.house.account.refusal(Bind.decode(pdu.body))
        except Malformed:
            refusal = status.BIND_FAILED
        if refusal:
            self.answer(pdu, refusal)
            self._close()
            return
        self.bound_as = pdu.command
        self.answer(pdu, body=c_string(self.house.account.system_id))

    def _submit(self, pdu: Pdu) -> None:
        if self.bound_as in (Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER):
            self.house.submitted(self, pdu)
        else:
            self.answer(pdu, status.NOT_BOUND)

    # -- Time ------------------------------------------------------------------------------

    def look_at_the_clock(self) -> None:
        """Each second: give up what is not answered, and who is not there."""
        now = self._time()
        for number, (asked_at, answered) in list(self._waiting.items()):
            if now - asked_at < ANSWER_SECONDS:
                break
            del self._waiting[number]
            answered(None)
        if self.bound_as is None:
            if now - self._opened_at > BIND_SECONDS:
                self._close()
        elif now - self._heard_at > ENQUIRE_SECONDS + ANSWER_SECONDS:
            self.abort()
        elif now - max(self._heard_at, self._enquired_at) > ENQUIRE_SECONDS:
            self._enquired_at = now
            self.say(Command.ENQUIRE_LINK, b"", lambda _: None)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
