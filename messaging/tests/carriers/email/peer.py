"""A mail server on this machine that somebody else wrote: it keeps a ledger of the mails it took,
and answers as a test tells it.
"""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from accounts.tests.mail.test_outbox import free_port

CUT, SILENT = "cut", "silent"  # the line breaks instead of an answer; nothing ever comes


@dataclass(frozen=True)
class Taken:
    """One mail whose last dot came, and the connection that it came by."""

    sender: str
    recipients: list[str]
    content: bytes
    connection: int

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def body(self) -> str:
        return self.mail.get_content().replace("\r\n", "\n")


class Peer:
    """says: what it answers at greeting, mail, rcpt, data and dot, one after another; then well.
    asked: the commands of all connections, in order.
    """

    def __init__(
        self, port: int = 0, tls: ssl.SSLContext | None = None, account: tuple[str, str] = ("", "")
    ) -> None:
        self.mails: list[Taken] = []
        self.asked: list[str] = []
        self.connections: list[Any] = []
        self.says: dict[str, Iterator[str]] = {}
        self.account = account
        peer = self

        class Controlled(Controller):
            def factory(self) -> SMTP:
                return Server(peer, self.handler, **self.SMTP_kwargs)

        known = {"authenticator": self._is_known, "auth_require_tls": False} if account[0] else {}
        self.controller = Controlled(
            self, hostname="127.0.0.1", port=port or free_port(), tls_context=tls,
            require_starttls=tls is not None, **known,
        )  # fmt: skip
        self.controller.start()
        self.port = self.controller.port
        self.connections.clear()  # its own, to see that it stands
        self.asked.clear()

    def stop(self) -> None:
        self.controller.stop()

    def hang_up(self) -> None:
        """Close every connection there is, without a word."""
        for each in list(self.connections):
            self.controller.loop.call_soon_threadsafe(each.cut)

    def count(self, command: str) -> int:
        return sum(1 for each in self.asked if each == command)

    async def answer(self, server: "Server", step: str) -> str:
        """Empty: well."""
        said = next(self.says.get(step, iter(())), "")
        if said == CUT:
            server.cut()
        if said in (CUT, SILENT):
            await asyncio.sleep(3600)
        return said

    def _is_known(self, server: Any, session: Any, envelope: Any, kind: str, data: Any) -> Any:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.account, handled=False)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, *_: Any):
        if said := await self.answer(server, "mail"):
            return said
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, *_: Any):
        if said := await self.answer(server, "rcpt"):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        at = self.connections.index(server)
        self.mails.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, at))
        return await self.answer(server, "dot") or "250 2.0.0 Ok: queued as 4F2B1"


class Server(SMTP):
    """One connection."""

    def __init__(self, peer: Peer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.peer = peer
        self.has_greeted = False
        peer.connections.append(self)

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    async def push(self, status: Any) -> None:
        if not self.has_greeted:
            self.has_greeted = True
            status = await self.peer.answer(self, "greeting") or status
        await super().push(status)

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        self.peer.asked.append(command)
        return await super()._call_handler_hook(command, *args)

    async def smtp_DATA(self, arg: str) -> None:
        if said := await self.peer.answer(self, "data"):
            await self.push(said)
        else:
            await super().smtp_DATA(arg)
