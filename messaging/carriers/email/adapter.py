"""A gateway that turns mails into texts, as the sender sees it: one mail for each text."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from messaging.carriers.base import (
    Answer,
    Capabilities,
    Event,
    LineState,
    Outcome,
    OutgoingText,
)
from messaging.carriers.email.courier import Courier
from messaging.carriers.email.letters import Letter, Writer
from messaging.carriers.email.server import NOT_SET, outgoing
from messaging.carriers.email.troubles import Trouble, trouble
from messaging.carriers.http.exchange import Said
from messaging.carriers.lines import Problems, gathered, wait_before
from messaging.carriers.models import Carrier
from messaging.carriers.verdicts import ACCOUNT, DOUBT, NO_LINE, OURS

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 20  # to a server that all mail goes through
KEEP_SECONDS: Final = 30.0  # a connection without a text is then given back
SETTLED: Final = (Outcome.ACCEPTED, Outcome.REFUSED)

T = TypeVar("T")


class EmailAdapter:
    """Several connections to the outgoing mail server, each in a thread, kept for the next text.
    Whether the server can be used is seen by opening one, and again after a text could not go.
    """

    def __init__(self, carrier: Carrier, secret: str) -> None:
        self.server = outgoing()
        host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
        self.writer = Writer(carrier.settings, secret, host)
        self.capabilities = Capabilities(
            answer_seconds=float(carrier.settings.get("answer_seconds", 30))
        )
        self.threads = ThreadPoolExecutor(
            max_workers=min(carrier.window, MOST_CONNECTIONS), thread_name_prefix="mail"
        )
        self.waiting: list[Courier] = []  # with an open connection and no text
        self.problems = Problems()
        self.is_reached = False
        self.is_unproven = False  # a text found the account refused, and none has gone since
        self.failures = 0
        self.wants_a_look = asyncio.Event()
        self.keeper: asyncio.Task | None = None

    @property
    def is_ready(self) -> bool:
        return self.is_reached

    @property
    def line(self) -> LineState:
        return self.problems.of_one_line(is_reached=self.is_reached)

    async def open(self) -> None:
        if self.server is None:
            self.problems.found(NOT_SET)  # for good: the settings are read when a process starts
        else:
            self.keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        if self.keeper:
            self.keeper.cancel()
            await asyncio.gather(self.keeper, return_exceptions=True)
        await self._give_back(0.0)
        self.threads.shutdown(wait=False)

    async def events(self, limit: int) -> list[Event]:
        """A gateway says nothing of what became of a text."""
        return []

    async def acknowledge(self, events: Sequence[Event]) -> None:
        return

    # -- The server ------------------------------------------------------------------------

    async def _keep(self) -> None:
        while True:
            self.wants_a_look.clear()
            found = await self._in_a_thread(self._look)
            if found is None:
                self._is_well()
                await self._until_a_look_is_wanted()
            else:
                self._has_trouble(found.words)
            is_refused = self.is_unproven or bool(found and found.is_refused)
            await asyncio.sleep(wait_before(self.failures, is_refused=is_refused))
            self.failures += 1

    def _look(self) -> Trouble | None:
        assert self.server is not None
        courier = Courier(self.server, self.capabilities.answer_seconds)
        try:
            courier.open()
        except (OSError, ValueError) as why:
            return trouble(why, self.server)
        self.waiting.append(courier)
        return None

    def _is_well(self) -> None:
        """That the server lets us in does not say that it takes a text."""
        self.is_reached = True
        if not self.is_unproven:
            self.failures = 0
            self.problems.over()

    async def _until_a_look_is_wanted(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self.wants_a_look.wait(), KEEP_SECONDS / 2)
                return
            except TimeoutError:
                await self._give_back(KEEP_SECONDS)

    async def _give_back(self, seconds: float) -> None:
        """The connections that had no text for so long."""
        idle = [courier for courier in self.waiting if courier.idle_for() >= seconds]
        for courier in idle:
            self.waiting.remove(courier)
        await asyncio.gather(*(self._in_a_thread(courier.leave) for courier in idle))

    def _has_trouble(self, words: str) -> None:
        self.is_reached = False
        if self.problems.found(words):
            log.warning("the mail server: %s", words)

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
            log.exception("a text to a gateway ended in doubt")
            said = Said(DOUBT, code="no_answer")
        answers.put_nowait(said.about(text))

    async def _said(self, text: OutgoingText) -> Said:
        if not self.is_reached:
            return Said(NO_LINE, code="not_reached")
        try:
            letter = self.writer.letter(text)
        except ValueError:
            log.exception("a text could not be written as a mail")
            return Said(OURS, code="encode")
        said = await self._in_a_thread(partial(self._carry, letter))
        self._heed(said)
        return said

    def _carry(self, letter: Letter) -> Said:
        """In a thread; lists are safe there."""
        assert self.server is not None
        try:
            courier = self.waiting.pop()
        except IndexError:
            courier = Courier(self.server, self.capabilities.answer_seconds)
        said = courier.carry(letter)
        if courier.is_open:
            self.waiting.append(courier)
        return said

    def _heed(self, said: Said) -> None:
        """What an answer says of the line and not of the text."""
        if said.problem and said.verdict in (ACCOUNT, NO_LINE):
            self.is_unproven = self.is_unproven or said.verdict == ACCOUNT
            self._has_trouble(said.problem)
            self.wants_a_look.set()
        elif said.problem:
            self.problems.found(said.problem)
        elif said.verdict.outcome in SETTLED:
            self.failures, self.is_unproven = 0, False
            if self.is_reached:
                self.problems.over()

    async def _in_a_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)
