"""The simulator as the sender sees it: an adapter like any other."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from messaging.carriers.base import (
    Answer,
    Capabilities,
    Event,
    LineState,
    Outcome,
    OutgoingText,
)
from messaging.carriers.models import Carrier
from messaging.carriers.simulator import network
from messaging.carriers.simulator.network import Allowance, Faults, Handed
from messaging.carriers.simulator.script import script_of
from smsportal.lib.db import database_now, or_reconnect


class SimulatorAdapter:
    """Adds what a line adds: the time an answer takes, and answers that get lost."""

    is_ready = True
    line = LineState(connected_count=1, connection_count=1)

    def __init__(self, carrier: Carrier, database: Executor) -> None:
        self.carrier_id = carrier.pk
        self.database = database
        self.faults = Faults.of(carrier)
        self.dice = random.Random(self.faults.seed)
        self.allowance = Allowance()
        self.capabilities = Capabilities(
            echoes_reference=True, receives=True, answer_seconds=self.faults.answer_seconds
        )

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def submit(self, texts: Sequence[OutgoingText]) -> AsyncIterator[list[Answer]]:
        carried, turned_back = self._within_rate(texts)
        if turned_back:
            yield [Answer(t.message_id, t.attempt, Outcome.THROTTLED) for t in turned_back]
        if not carried:
            return
        answers = await self._call(self._take, carried)
        await asyncio.sleep(self.faults.latency_ms / 1000)
        lost = self.faults.lose_answers_percent
        arriving = [a for a in answers if not lost or self.dice.random() * 100 >= lost]
        late_ones = {t.message_id for t in carried if script_of(t.number).receipt_first}
        yield [a for a in arriving if a.message_id not in late_ones]
        if late_ones:
            await asyncio.sleep(1)  # their receipt is on its way before the answer
            yield [a for a in arriving if a.message_id in late_ones]
        if len(arriving) < len(answers):
            await asyncio.sleep(self.faults.answer_seconds)

    async def events(self, limit: int) -> list[Event]:
        return await self._call(self._due, limit)

    async def acknowledge(self, events: Sequence[Event]) -> None:
        await self._call(self._acknowledge, events)

    async def _call(self, function: Callable, *arguments: Any) -> Any:
        work = partial(or_reconnect, partial(function, *arguments))
        return await asyncio.get_running_loop().run_in_executor(self.database, work)

    def _take(self, texts: Sequence[OutgoingText]) -> list[Answer]:
        now = database_now()
        handed = [Handed(text) for text in texts]
        return network.take(self.carrier_id, handed, now=now, faults=self.faults, dice=self.dice)

    def _due(self, limit: int) -> list[Event]:
        return network.due(self.carrier_id, limit, now=database_now())

    def _acknowledge(self, events: Sequence[Event]) -> None:
        said = [event for event in events if not isinstance(event, Answer)]
        network.acknowledge(said, now=database_now())

    def _within_rate(
        self, texts: Sequence[OutgoingText]
    ) -> tuple[Sequence[OutgoingText], Sequence[OutgoingText]]:
        rate, now = self.faults.throttle_per_second, asyncio.get_running_loop().time()
        count = self.allowance.spend(len(texts), rate, now)
        return texts[:count], texts[count:]
