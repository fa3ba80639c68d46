"""SMTP and LMTP as aiosmtpd speaks them, within our limits and with no answer but ours."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from messaging.relay import answers, limits
from messaging.relay.answers import Answer
from messaging.relay.recipients import path_of

log = logging.getLogger(__name__)
# It writes every line of every session, passwords aside.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
GLANCE_SECONDS = 1.0


Command = Callable[[Any], Awaitable[None]]


class BareNewline(Exception):
    """A command that ended with LF alone."""


class Mailing(Envelope):
    """A mail on its way in. numbers: E.164 or OPERATOR, as many as recipients, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[str] = []
        self.person: Any = None  # whose texts these will be, if the mail proves it


class Session(SMTP):
    """One connection. Taken in hand by `seats`, closed by its own clock."""

    def __init__(
        self,
        handler: Any,
        *,
        seats: limits.Seats,
        hostname: str,
        tls: ssl.SSLContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            handler,
            data_size_limit=limits.MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="SMS relay",
            tls_context=tls,
            timeout=GLANCE_SECONDS,
            loop=loop,
        )
        self.seats = seats
        self.seat: str | None = None
        self.is_over = False
        self.command_count = 0
        self.heard_at = self.progress_at = self.loop.time()
        self.due = 0  # answers owed after the last dot
        self.person: Any = None  # who has signed in
        self._smtp_methods = {
            name: self._counted(method) for name, method in self._smtp_methods.items()
        }

    def __dir__(self) -> list[str]:
        return names_in(type(self), "smtp_", "auth_")

    # -- Connections -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.seat is None:
            peer = transport.get_extra_info("peername")
            address = str(peer[0]) if isinstance(peer, tuple) else ""
            if self.seats.is_full:
                self._have_one_give_way()
            if self.seats.take(address):
                self.seat = address
                self.event_handler.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._give_seat_back()
        super().connection_lost(error)

    def _give_seat_back(self) -> None:
        if self.seat is not None:
            self.seats.give_back(self.seat)
            self.event_handler.sessions.discard(self)
            self.seat = None

    def _have_one_give_way(self) -> None:
        """Whoever has sat longest without handing in a mail: many who are silent stop nobody."""
        until = self.loop.time() - limits.GIVES_WAY_SECONDS
        silent = [each for each in self.event_handler.sessions if not each.is_busy]
        longest = min(silent, key=lambda each: each.progress_at, default=None)
        if longest is not None and longest.progress_at <= until:
            longest.hang_up(answers.TOO_MANY_CONNECTIONS)
            longest._give_seat_back()

    async def _handle_client(self) -> None:
        # What has come by now was sent by somebody who does not wait to be greeted.
        for _ in range(3):
            await asyncio.sleep(0)
        if self.seat is None:
            await self.push(answers.TOO_MANY_CONNECTIONS)
        elif self._reader._buffer:  # type: ignore[attr-defined]
            await self.push(answers.TOO_EARLY)
        await super()._handle_client()

    def _cb_client_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        super()._cb_client_connected(reader, writer)
        setattr(reader, "readuntil", _strict(reader.readuntil))  # noqa: B010

    # -- Time and counts -------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """One timer that looks now and then costs less than one that every line moves."""
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(GLANCE_SECONDS, self._timeout_cb)

    def _timeout_cb(self) -> None:
        now = self.loop.time()
        is_idle = now - self.heard_at > limits.IDLE_SECONDS
        if (is_idle or now - self.progress_at > limits.TRANSACTION_SECONDS) and not self.is_busy:
            self.hang_up(answers.TIMED_OUT)
        else:
            self._timeout_handle = self.loop.call_later(GLANCE_SECONDS, self._timeout_cb)

    @property
    def is_busy(self) -> bool:
        """It is we who take long: somebody waits for our answer."""
        return self in self.event_handler.answering

    def has_mail_since(self, since: float) -> bool:
        """Whether somebody hands one in, and has said something since then."""
        return bool(self.envelope and self.envelope.mail_from) and self.heard_at >= since

    def hang_up(self, answer: Answer) -> None:
        """End it now, from outside of the conversation."""
        if self.transport is not None and not self.is_over:
            self.is_over = True
            self.transport.write(f"{answer}\r\n".encode())  # type: ignore[attr-defined]
            self.transport.close()

    def begin_anew(self) -> None:
        """A mail was taken: whoever gets on may stay."""
        self.command_count = 0
        self.progress_at = self.loop.time()

    def _counted(
        self, method: Callable[[Any], Awaitable[None]]
    ) -> Callable[[Any], Awaitable[None]]:
        async def count(argument: Any) -> None:
            self.command_count += 1
            if self.command_count > limits.COMMANDS:
                await self.push(answers.TOO_MANY_COMMANDS)
            await method(argument)

        return count

    # -- Answers ---------------------------------------------------------------------------

    async def push(self, status: Any) -> None:
        """The one place by which an answer leaves."""
        if isinstance(status, bytes):
            status = status.decode("ascii", "replace")
        if isinstance(status, str) and status != f"250 {self.hostname}":
            if status.startswith("354"):
                self.due = self.answers_due()
            status = answers.spoken(status) or status
        lines = status if isinstance(status, list) else [status]
        if self.due and not str(lines[0]).startswith("354"):
            lines = lines if len(lines) == self.due else [lines[0]] * self.due
            self.due = 0
        await super().push("\r\n".join(map(str, lines)))
        if any(isinstance(line, Answer) and line.closes for line in lines):
            await self._end()

    def answers_due(self) -> int:
        return 1

    async def _end(self) -> None:
        """Nothing that has come already is done any more."""
        assert self.transport is not None
        assert self._handler_coroutine is not None
        self.is_over = True
        self.transport.close()
        self._handler_coroutine.cancel()
        await asyncio.sleep(0)

    async def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, BareNewline):
            return answers.BARE
        if isinstance(error, ValueError) and "limit" in str(error):  # of the reader, in AUTH
            return answers.BAD_SYNTAX
        return self.event_handler.fault(error)

    # -- Commands --------------------------------------------------------------------------

    def _create_envelope(self) -> "Mailing":
        return Mailing()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return path_of(arg)

    async def smtp_HELP(self, arg: str) -> None:
        await self.push(answers.HELP)

    async def smtp_VRFY(self, arg: str) -> None:
        await self.push(answers.CANNOT_SAY)

    async def smtp_AUTH(self, arg: str) -> None:
        mechanism, space, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(mechanism.upper() + space + rest)

    def _authenticate(self, mechanism: str, auth_data: Any) -> AuthResult:
        """What was said; the handler asks, in a thread, whether it is right."""
        return AuthResult(success=True, auth_data=auth_data)

    async def asked_password(self, args: list[str]) -> LoginPassword | None:
        """Name and password by PLAIN or LOGIN; None where the client was told what is wrong."""
        method = self.auth_PLAIN if args[0] == "PLAIN" else self.auth_LOGIN
        said = await method(self, args)
        return said.auth_data if said.success else None


class LocalSession(Session, LMTP):
    """LMTP: after the last dot, an answer for each recipient (RFC 2033)."""

    def answers_due(self) -> int:
        assert self.envelope is not None
        return len(self.envelope.rcpt_tos)


_NAMES: dict[type, list[str]] = {}


def names_in(kind: type, *beginnings: str) -> list[str]:
    """For `__dir__`: aiosmtpd looks through all names of its handler and of itself for each
    connection, only to find those that begin so. It took a fifth of what a connection costs.
    """
    if kind not in _NAMES:
        _NAMES[kind] = [name for name in dir(kind) if name.startswith(beginnings)]
    return _NAMES[kind]


def _strict(readuntil: Callable[..., Awaitable[bytes]]) -> Callable[..., Awaitable[bytes]]:
    """A command ends with CRLF: what ends otherwise may hide another one. The lines of a mail are
    asked for until CRLF, and are many.
    """

    async def command() -> bytes:
        line = await readuntil(b"\n")
        if not line.endswith(b"\r\n"):
            raise BareNewline
        return line

    def read(separator: bytes = b"\n") -> Awaitable[bytes]:
        return command() if separator == b"\n" else readuntil(separator)

    return read
