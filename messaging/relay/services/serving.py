"""The relay as one process: its doors, the threads behind them, and how it ends."""

import asyncio
import logging
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connections

from messaging.operations.engine import HEARTBEAT_SECONDS, beat
from messaging.relay import answers, limits
from messaging.relay.gathering import Gathering
from messaging.relay.queries import Known, Question, look_up
from messaging.relay.services import refusals
from messaging.relay.services.answering import Handler
from messaging.relay.services.asking import Asking
from messaging.relay.services.asking import Question as Asked
from messaging.relay.services.storing import Storing
from messaging.relay.wire import LocalSession, Session
from smsportal.lib.db import database_now, or_reconnect

log = logging.getLogger(__name__)
HEARTBEAT = "relay"
HERE = "127.0.0.1"
TOGETHER = 100  # mails in one transaction
RECENT_SECONDS = 0.1
REFUSALS_SECONDS = 60
LAST_ANSWERS_SECONDS = 5


def certificate() -> ssl.SSLContext | None:
    """For STARTTLS; None where settings name none: then nobody can sign in."""
    if not settings.RELAY_CERTIFICATE:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.RELAY_CERTIFICATE, settings.RELAY_KEY or None)
    return context


class Relay:
    """Open it in a running loop. `ports`: where it listens, once it is open."""

    def __init__(self, *, seats: limits.Seats | None = None, **handling: Any) -> None:
        end = connections.close_all
        self.seats = seats or limits.Seats()
        self.look_up: Gathering[Question, Known] = Gathering(
            lambda asked: or_reconnect(lambda: look_up(asked)),
            name="relay-ask",
            most=TOGETHER,
            at_end=end,
        )
        self.store = Gathering(
            Storing(), name="relay-store", most=TOGETHER, at_end=end, expected=self._mails_under_way
        )
        self.handler = Handler(look_up=self.look_up, store=self.store, **handling)
        self.tls = certificate()
        self.asking = Asking(self._asked)
        self.servers: list[asyncio.Server] = []
        self.rounds: asyncio.Task[None] | None = None
        self.written_at = float("-inf")

    async def open(
        self,
        *,
        host: str,
        port: int,
        local_port: int | None = None,
        local_path: str = "",
        policy_port: int | None = None,
    ) -> None:
        """local_port, local_path: where LMTP is spoken, and policy_port where the front server
        asks first; both to this machine alone, whatever `host` is.
        """
        loop = asyncio.get_running_loop()
        self.servers.append(await loop.create_server(self._session, host, port))
        if local_port is not None:
            self.servers.append(await loop.create_server(self._local_session, HERE, local_port))
        if local_path:
            with suppress(FileNotFoundError):
                Path(local_path).unlink()  # of one that was killed
            self.servers.append(await loop.create_unix_server(self._local_session, local_path))
            Path(local_path).chmod(0o660)
        if policy_port is not None:
            self.servers.append(await asyncio.start_server(self.asking, HERE, policy_port))
        self.rounds = loop.create_task(self._go_round())

    async def close(self) -> None:
        """Nobody is let in any more; who waits for an answer gets it, all others are told."""
        for server in self.servers:
            server.close()
        for session in list(self.handler.sessions - self.handler.answering):
            session.hang_up(answers.SHUTTING_DOWN)
        self.asking.hang_up()
        await self.store.finish()
        await self.look_up.finish()
        await self._last_answers()
        for session in list(self.handler.sessions):
            session.hang_up(answers.SHUTTING_DOWN)
        if self.rounds is not None:
            self.rounds.cancel()
        await self._write_down()
        self.handler.checks.shutdown(wait=True)

    async def _last_answers(self) -> None:
        give_up_at = asyncio.get_running_loop().time() + LAST_ANSWERS_SECONDS
        while self.handler.answering and asyncio.get_running_loop().time() < give_up_at:
            await asyncio.sleep(0.01)

    @property
    def ports(self) -> list[int]:
        names = [each.getsockname() for server in self.servers for each in server.sockets]
        return [int(name[1]) for name in names if isinstance(name, tuple)]

    def _mails_under_way(self) -> int:
        """Those of whom nothing is heard are not waited for."""
        since = asyncio.get_running_loop().time() - RECENT_SECONDS
        return sum(session.has_mail_since(since) for session in self.handler.sessions)

    def _session(self) -> Session:
        return self._new(Session, self.tls)

    def _local_session(self) -> Session:
        return self._new(LocalSession, None)

    def _new(self, kind: type[Session], tls: ssl.SSLContext | None) -> Session:
        return kind(
            self.handler,
            seats=self.seats,
            hostname=settings.RELAY_DOMAINS[0],
            tls=tls,
            loop=asyncio.get_running_loop(),
        )

    async def _asked(self, question: Asked) -> answers.Answer:
        sender, recipient = question.get("sender", ""), question.get("recipient", "")
        peer = question.get("client_address", "")
        try:
            return await self.handler.asked_by_front_server(sender, recipient, peer)
        except Exception as fault:
            return self.handler.fault(fault)

    # -- Rounds ------------------------------------------------------------------------------

    async def _go_round(self) -> None:
        while True:
            await self._say_alive()
            now = asyncio.get_running_loop().time()
            self.handler.locks.forget_old(now)
            if now - self.written_at >= REFUSALS_SECONDS:
                self.written_at = now
                await self._write_down()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _say_alive(self) -> None:
        try:
            await self.handler.checked(lambda: beat(HEARTBEAT))
        except Error:
            log.warning("the relay could not write its heartbeat")

    async def _write_down(self) -> None:
        taken = self.handler.refusals.take()
        if not taken.counts and not taken.beyond:
            return
        try:
            await self.handler.checked(lambda: refusals.write(taken, now=database_now()))
        except Error:
            log.warning("%d refusals could not be written down", taken.counts.total())
