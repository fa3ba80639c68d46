"""The simulator as a carrier in another building: an SMPP 3.4 server before the same network.

It listens on this machine alone. What it took is in rows before it is answered, and what it has to
say is said again until it is answered, so it may be killed at any time.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db import Error, connection

from messaging.carriers.base import Answer, DeliveryReceipt, Outcome, TextFromPhone
from messaging.carriers.models import Carrier
from messaging.carriers.simulator import network, units
from messaging.carriers.simulator.line import Account, Line
from messaging.carriers.simulator.network import Allowance, Faults, Handed
from messaging.carriers.simulator.script import script_of
from messaging.carriers.smpp import status
from messaging.carriers.smpp.pdu import Command, Malformed, Pdu, ShortMessage, c_string
from smsportal.lib.db import database_now, or_reconnect

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
MOST_LINES: Final = 50
AT_ONCE: Final = 500  # texts in one transaction
MOST_WAITING: Final = 2000  # submits that are not in the ledger yet, and their bytes
MOST_BYTES: Final = 2 * 1024 * 1024
GLANCE_SECONDS: Final = 0.1  # between two looks at what there is to say
TICK_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 2.0  # until what the client could not store is said again
LEAVE_SECONDS: Final = 2.0
SECOND: Final = 1.0  # a receipt that is to come before its answer comes within it
OUTCOMES: Final = {Outcome.ACCEPTED: status.OK, Outcome.NOT_SENT: 0x45}  # ESME_RSUBMITFAIL


@dataclass(frozen=True, slots=True)
class Submitted:
    line: Line
    pdu: Pdu
    message: ShortMessage


class Saying:
    """A row of the ledger on its way to a client, in as many units as it needs."""

    def __init__(self, event: DeliveryReceipt | TextFromPhone, unit_count: int) -> None:
        self.event = event
        self.left_count = unit_count
        self.is_heard = False
        self.again_at: float | None = None

    def answered(self, command_status: int | None, now: float) -> None:
        """What is refused for good is not said again either."""
        if command_status in (status.OK, status.NEVER_AGAIN):
            self.left_count -= 1
            self.is_heard = self.left_count == 0
        else:
            self.again_at = now if command_status is None else now + AGAIN_SECONDS


class Exchange:
    """account: as whom clients bind. It reads the faults of the carrier's row each second."""

    def __init__(self, carrier: Carrier, account: Account) -> None:
        self.carrier = carrier
        self.account = account
        self.faults = Faults.of(carrier)
        self.dice = random.Random(self.faults.seed)
        self.allowance = Allowance()
        self.lines: set[Line] = set()
        self.waiting: deque[Submitted] = deque()
        self.waiting_bytes = 0
        self.has_work = asyncio.Event()
        self.saying: dict[int, Saying] = {}
        self.is_stopping = asyncio.Event()
        self.database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="network")
        self.server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Listen; answers the port, which is another than 0. Raises OSError."""
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Line(self), HOST, port)
        found: int = self.server.sockets[0].getsockname()[1]
        log.info("the simulator of %s listens on %s:%s", self.carrier.name, HOST, found)
        return found

    async def run(self) -> None:
        """Until stop(); open() comes first."""
        working = [asyncio.create_task(work()) for work in (self._carry, self._say, self._tick)]
        stopping = asyncio.create_task(self.is_stopping.wait())
        try:
            await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._close()
            for task in (*working, stopping):
                task.cancel()
            ended = await asyncio.gather(*working, return_exceptions=True)
            self.database.submit(lambda: connection.close())  # of that thread, not of this
            self.database.shutdown()
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem

    def stop(self) -> None:
        self.is_stopping.set()

    async def _close(self) -> None:
        """Take leave of everybody, and wait a little for those who answer."""
        if self.server is not None:
            self.server.close()
        for line in list(self.lines):
            line.take_leave()
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + LEAVE_SECONDS
        while self.lines and loop.time() < give_up_at:
            await asyncio.sleep(GLANCE_SECONDS)
        for line in list(self.lines):
            line.abort()

    # -- Lines -----------------------------------------------------------------------------

    def opened(self, line: Line) -> bool:
        self.lines.add(line)
        return len(self.lines) <= MOST_LINES and not self.is_stopping.is_set()

    def closed(self, line: Line) -> None:
        self.lines.discard(line)

    def submitted(self, line: Line, pdu: Pdu) -> None:
        if len(self.waiting) >= MOST_WAITING or self.waiting_bytes >= MOST_BYTES:
            line.answer(pdu, status.QUEUE_FULL)
            return
        if not self.allowance.spend(1, self.faults.throttle_per_second, self._time()):
            line.answer(pdu, status.THROTTLED)
            return
        try:
            message = ShortMessage.decode(pdu.body)
        except Malformed:
            line.answer(pdu, status.INVALID_LENGTH)
            return
        self.waiting.append(Submitted(line, pdu, message))
        self.waiting_bytes += len(pdu.body)
        self.has_work.set()

    # -- In --------------------------------------------------------------------------------

    async def _carry(self) -> None:
        while True:
            await self.has_work.wait()
            taken = [self.waiting.popleft() for _ in range(min(AT_ONCE, len(self.waiting)))]
            self.waiting_bytes -= sum(len(each.pdu.body) for each in taken)
            if not self.waiting:
                self.has_work.clear()
            try:
                answers = await self._database(partial(self._take, taken))
            except Error:
                # It may be in the ledger or not: an answer, whichever, might be a lie.
                log.exception("%s texts are left without an answer", len(taken))
                continue
            for each, (answer, handed) in zip(taken, answers, strict=True):
                self._answer(each, answer, handed)

    def _take(self, taken: Sequence[Submitted]) -> list[tuple[Answer | int, Handed | None]]:
        """For each in order the network's answer, or the status of a unit that it refuses."""
        now = database_now()
        answers: list[tuple[Answer | int, Handed | None]] = []
        good: list[Handed] = []
        places: list[int] = []
        for each in taken:
            try:
                good.append(units.read(each.message, now=now))
                places.append(len(answers))
                answers.append((status.OK, good[-1]))
            except units.NotTaken as refused:
                answers.append((refused.status, None))
        if good:
            carried = network.take(
                self.carrier.pk, good, now=now, faults=self.faults, dice=self.dice
            )
            for place, handed, answer in zip(places, good, carried, strict=True):
                answers[place] = (answer, handed)
        return answers

    def _answer(self, to: Submitted, answer: Answer | int, handed: Handed | None) -> None:
        if isinstance(answer, int) or handed is None:
            to.line.answer(to.pdu, answer if isinstance(answer, int) else status.OK)
            return
        if self.dice.random() * 100 < self.faults.lose_answers_percent:
            return
        is_late = script_of(handed.text.number).receipt_first
        wait = self.faults.latency_ms / 1000 + (SECOND if is_late else 0)
        body = c_string(answer.carrier_ref) if answer.outcome == Outcome.ACCEPTED else b""
        said = partial(to.line.answer, to.pdu, OUTCOMES[answer.outcome], body)
        asyncio.get_running_loop().call_later(wait, said) if wait else said()

    # -- Out -------------------------------------------------------------------------------

    async def _say(self) -> None:
        while True:
            await asyncio.sleep(GLANCE_SECONDS)
            try:
                await self._forget_what_was_heard()
                room = sum(max(0, line.free) for line in self.lines)
                if room:
                    look = partial(self._due, len(self.saying) + room)
                    self._tell(await self._database(look))
            except Error:
                log.exception("the ledger cannot be read: trying again")
                await asyncio.sleep(TICK_SECONDS)

    def _due(self, limit: int) -> list[DeliveryReceipt | TextFromPhone]:
        events = network.due(self.carrier.pk, limit, now=database_now())
        return [event for event in events if not isinstance(event, Answer)]

    def _tell(self, events: Sequence[DeliveryReceipt | TextFromPhone]) -> None:
        for event in events:
            row: Any = event.key
            if row.pk in self.saying:
                continue
            line = max(self.lines, key=lambda line: line.free, default=None)
            if line is None or line.free <= 0:
                return
            messages = units.said_by(row)
            saying = self.saying[row.pk] = Saying(event, len(messages))
            for message in messages:
                line.say(Command.DELIVER_SM, message.encode(), partial(self._heard, saying))

    def _heard(self, saying: Saying, command_status: int | None) -> None:
        saying.answered(command_status, self._time())

    async def _forget_what_was_heard(self) -> None:
        now = self._time()
        heard = {pk: each.event for pk, each in self.saying.items() if each.is_heard}
        if heard:
            await self._database(lambda: network.acknowledge([*heard.values()], now=database_now()))
        again = [pk for pk, each in self.saying.items() if each.again_at and each.again_at <= now]
        for pk in (*heard, *again):
            self.saying.pop(pk, None)

    # -- Each second -----------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for line in list(self.lines):
                line.look_at_the_clock()
            try:
                settings = await self._database(self._settings)
            except Error:
                log.warning("the carrier's row cannot be read: its faults stay as they are")
                continue
            if settings is None:
                log.warning("the carrier was removed: the simulator ends")
                self.stop()
                return
            self.faults = Faults.of(settings)

    def _settings(self) -> Carrier | None:
        return Carrier.objects.filter(pk=self.carrier.pk).first()

    async def _database(self, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.database, partial(or_reconnect, work))

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
