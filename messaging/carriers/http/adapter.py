"""A carrier that is called over HTTP, as the sender sees it: one request for each text."""

import asyncio
import datetime as dt
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from messaging.carriers import unreachable
from messaging.carriers.base import (
    Answer,
    DeliveryReceipt,
    Event,
    LineState,
    OutgoingText,
    TextFromPhone,
)
from messaging.carriers.calls import hearing
from messaging.carriers.calls.heard import Listener
from messaging.carriers.http import guard
from messaging.carriers.http.exchange import Call, Reply, Said
from messaging.carriers.http.speech import Speech
from messaging.carriers.http.wire import BEFORE_A_BYTE, NO_ANSWER, Unwritable, Wire
from messaging.carriers.lines import FIRST_WAIT_REFUSED, Problems, gathered, wait_before
from messaging.carriers.models import Carrier
from messaging.carriers.verdicts import ACCOUNT, DOUBT, NO_LINE, OURS
from smsportal.lib.db import database_now, or_reconnect

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 60.0  # a carrier's name may lead to other machines by and by


class HttpAdapter:
    """It has no connection to lose, so it looks whether its machine can be reached: when it opens,
    and whenever a call could not be made. What the carrier tells by calling us has been kept by
    the web process, and is read here.
    """

    def __init__(
        self,
        carrier: Carrier,
        database: Executor,
        speech: Speech,
        listener: Listener | None = None,
    ) -> None:
        self.carrier_id = carrier.pk
        self.speech = speech
        self.listener = listener
        self.database = database
        self.opened_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self.opened_at_time = 0.0
        self.capabilities = speech.capabilities
        self.place = guard.place_of(speech.url)
        self.tls = _tls(speech.ca_file) if self.place.is_secure else None
        self.window = carrier.window
        self.addresses: list[str] = []
        self.idle: list[Wire] = []
        self.has_idle = asyncio.Semaphore(carrier.window)
        self.is_reached = False
        self.refusal_count = 0  # of the account, one after another
        self.rests_until = 0.0
        self.problems = Problems()
        self.is_closing = asyncio.Event()
        self.wants_a_look = asyncio.Event()
        self.proving = asyncio.Lock()
        self.keeper: asyncio.Task | None = None

    @property
    def is_ready(self) -> bool:
        return self.is_reached and not self._is_resting()

    @property
    def line(self) -> LineState:
        return self.problems.of_one_line(is_reached=self.is_reached)

    async def open(self) -> None:
        self.opened_at = await self._rows(database_now)
        self.opened_at_time = _time()
        answer = self.capabilities.answer_seconds
        seconds = {"connect": CONNECT_SECONDS, "read": answer, "write": answer}
        self.idle = [Wire(self.place, self.tls, seconds) for _ in range(self.window)]
        self.keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        self.is_closing.set()
        if self.keeper:
            self.keeper.cancel()
            await asyncio.gather(self.keeper, return_exceptions=True)
        for wire in self.idle:
            await wire.close()

    # -- In --------------------------------------------------------------------------------

    async def events(self, limit: int) -> list[Event]:
        if self.listener is None:
            return []
        return await self._rows(partial(self._unread, self.listener, limit))

    async def acknowledge(self, events: Sequence[Event]) -> None:
        calls = [e.key for e in events if isinstance(e, DeliveryReceipt | TextFromPhone)]
        await self._rows(partial(self._done_with, calls))

    def _unread(self, listener: Listener, limit: int) -> list[Event]:
        return hearing.unread(self.carrier_id, listener, limit, now=database_now())

    def _done_with(self, calls: list[object]) -> None:
        hearing.done_with(calls, now=database_now())

    async def _rows(self, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.database, partial(or_reconnect, work))

    # -- The machine -----------------------------------------------------------------------

    async def _keep(self) -> None:
        failures = 0
        while not self.is_closing.is_set():
            self.wants_a_look.clear()
            try:
                self.addresses = await self._look()
            except (OSError, TimeoutError) as why:
                self.is_reached = False
                self._has_problem(self._words(why))
                await self._pause(wait_before(failures, is_refused=False))
                failures += 1
                continue
            failures = 0
            if not self.is_reached:
                log.info("%s can be reached", self.place.host)
                self.is_reached = True
                self.problems.over()
            await self._until_a_look_is_wanted()

    async def _look(self) -> list[str]:
        """Its addresses, the one that just answered first."""
        async with asyncio.timeout(CONNECT_SECONDS):
            addresses = await guard.resolve(self.place)
            name = self.place.host if self.tls else None
            for n, address in enumerate(addresses):
                try:
                    _, writer = await asyncio.open_connection(
                        address, self.place.port, ssl=self.tls, server_hostname=name
                    )
                except OSError:
                    if n == len(addresses) - 1:
                        raise
                    continue
                writer.close()
                return [*addresses[n:], *addresses[:n]]
        raise OSError(f"{self.place.host} has no address")

    async def _until_a_look_is_wanted(self) -> None:
        """Meanwhile the name is looked up again. What cannot be looked up stays as it was."""
        while True:
            try:
                await asyncio.wait_for(self.wants_a_look.wait(), LOOK_AGAIN_SECONDS)
                return
            except TimeoutError:
                try:
                    found = await guard.resolve(self.place)
                except OSError as why:
                    log.warning("%s cannot be looked up: %s", self.place.host, why)
                    if isinstance(why, guard.Unsafe):
                        return
                    continue
                if self.addresses[0] not in found:
                    self.addresses = found

    def _words(self, why: BaseException) -> str:
        if isinstance(why, TimeoutError) and not why.args:
            return f"{self.place.host} did not answer within {CONNECT_SECONDS:g} seconds"
        if isinstance(why, Exception):
            return unreachable.words(why, self.place.host, self.place.port)
        return str(why)

    def _has_problem(self, words: str) -> None:
        if self.problems.found(words):
            log.warning("%s: %s", self.place.host, words)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.is_closing.wait(), seconds)
        except TimeoutError:
            return

    # -- Out -------------------------------------------------------------------------------

    async def submit(self, texts: Sequence[OutgoingText]) -> AsyncIterator[list[Answer]]:
        answers: asyncio.Queue[Answer] = asyncio.Queue()
        tasks = [asyncio.create_task(self._hand_over(text, answers)) for text in texts]
        try:
            async for heard in gathered(answers, len(texts)):
                yield heard
        finally:
            for task in tasks:
                task.cancel()

    async def _hand_over(self, text: OutgoingText, answers: asyncio.Queue[Answer]) -> None:
        """Every text gets one answer, whatever happens."""
        try:
            said = await self._said(text)
        except Exception:
            log.exception("a text to %s ended in doubt", self.place.host)
            said = Said(DOUBT, code="no_answer")
        answers.put_nowait(said.about(text))

    async def _said(self, text: OutgoingText) -> Said:
        if not self.refusal_count:
            return await self._call(text)
        # An account that was refused is proven by one text, not by all that wait.
        async with self.proving:
            if self._is_resting():
                return Said(ACCOUNT, code="account")
            return await self._call(text)

    async def _call(self, text: OutgoingText) -> Said:
        if not self.addresses:
            return Said(NO_LINE, code="not_reached")
        try:
            call = self.speech.call(text, now=self._now())
        except ValueError as why:
            return self._unwritten(why)
        try:
            reply = await self._reply(call)
        except Unwritable as why:
            return self._unwritten(why)
        except BEFORE_A_BYTE as why:
            self.is_reached = False
            self._has_problem(self._words(_cause(why)))
            self.wants_a_look.set()
            return Said(NO_LINE, code="not_reached")
        except NO_ANSWER as why:
            log.warning("no answer from %s: %s", self.place.host, type(why).__name__)
            return Said(DOUBT, code="no_answer")
        said = self.speech.said(text, reply)
        self._heed(said)
        return said

    def _unwritten(self, why: ValueError) -> Said:
        log.error("a text could not be written down for %s", self.place.host, exc_info=why)
        return Said(OURS, code="encode")

    async def _reply(self, call: Call) -> Reply:
        async with self.has_idle:
            wire = self.idle.pop()
            try:
                return await wire.ask(call, self.addresses[0])
            finally:
                self.idle.append(wire)

    def _heed(self, said: Said) -> None:
        """What an answer says of the line and not of the text."""
        if said.verdict == ACCOUNT:
            if not self._is_resting():
                self._rest(wait_before(self.refusal_count, is_refused=True))
                self.refusal_count += 1
            self._has_problem(said.problem or "the carrier refuses the account")
        elif said.problem:
            self._rest(FIRST_WAIT_REFUSED)
            self._has_problem(said.problem)
        elif said.rests:
            self._rest(said.rests)
        elif said.verdict != DOUBT:
            self.refusal_count = 0
            if self.is_reached:
                self.problems.over()

    def _now(self) -> dt.datetime:
        return self.opened_at + dt.timedelta(seconds=_time() - self.opened_at_time)

    def _rest(self, seconds: float) -> None:
        self.rests_until = max(self.rests_until, _time() + seconds)

    def _is_resting(self) -> bool:
        return _time() < self.rests_until


def _cause(why: BaseException) -> BaseException:
    """What the operating system said, under what the client made of it."""
    inner = why
    while not isinstance(inner, OSError) and (below := inner.__cause__ or inner.__context__):
        inner = below
    return inner if isinstance(inner, OSError) and inner.args else OSError(0, "")


def _tls(ca_file: str) -> ssl.SSLContext:
    """Against the system's authorities, or the carrier's own."""
    if ca_file:
        with open(ca_file, "rb"):  # ssl does not say what it cannot read
            pass
    return ssl.create_default_context(cafile=ca_file or None)


def _time() -> float:
    return asyncio.get_running_loop().time()
