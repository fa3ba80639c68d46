"""The process that owns a carrier's connection: takes waiting texts in hand, writes down that it
is about to send them, sends, and records what it hears. No transaction spans the network.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from messaging.carriers.base import (
    Adapter,
    Answer,
    DeliveryReceipt,
    Event,
    LineState,
    Outcome,
    OutgoingText,
    TextFromPhone,
)
from messaging.carriers.models import Carrier
from messaging.sending.engine import (
    answers,
    claims,
    health,
    receipts,
    recovery,
    release,
    sweeps,
)
from messaging.sending.engine.hold import Hold
from messaging.sending.engine.journal import Journal, Key, Past, read
from messaging.sending.engine.pace import Pace
from smsportal.lib.db import database_now, or_reconnect

log = logging.getLogger(__name__)

AT_ONCE = 500  # texts in one claim
EVENTS_AT_ONCE = 1000
IDLE_SECONDS = 0.3
GLANCE_SECONDS = 0.1  # between two looks for receipts
TICK_SECONDS = 1.0
SWEEP_EVERY = 5  # ticks
HEARTBEAT_EVERY = 5
STALE_SECONDS = 30.0  # a claim this old is not sent any more: its lease may be over
LONGEST_WAIT = 5.0

HandOver = Callable[[TextFromPhone], None]


class Sender:
    """hand_over: stores a text from a phone, once, before the carrier may forget it. heartbeat:
    says that this process does its work. It ends by itself, `is_outdated`, when the settings that
    its connection was made with are changed.
    """

    def __init__(
        self,
        carrier: Carrier,
        adapter_for: Callable[[Carrier, ThreadPoolExecutor], Adapter],
        *,
        journal_path: Path,
        hand_over: HandOver,
        heartbeat: Callable[[], None],
    ) -> None:
        self.carrier = carrier
        self.journal_path = journal_path
        self.hand_over = hand_over
        self.heartbeat = heartbeat
        self.database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        # Receipts and sweeps have a connection of their own: texts go out while reports come in.
        self.ears = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self.line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="line")
        self.adapter = adapter_for(carrier, self.line)
        self.hold = Hold(f"sender-{carrier.name}")
        self.pace = Pace(carrier.texts_per_second)
        self.in_hand: set[Key] = set()
        self.carrying: set[asyncio.Task] = set()
        self.is_stopping = asyncio.Event()
        self.has_room = asyncio.Event()
        self.has_lost_a_claim = False
        self.unrecorded: list[Answer] = []
        self.recording = asyncio.Lock()
        self.turn = 0
        self.seen = health.Seen()
        self.told: LineState | None = None
        self.made_with = _made_with(carrier)
        self.is_outdated = False

    async def run(self) -> None:
        """Until stop(). Raises HeldElsewhere when this carrier has a sender already."""
        try:
            await self._retry(self.hold.take)
            await self._start()
            async with asyncio.TaskGroup() as group:
                for work in (self._pump, self._listen, self._tick):
                    group.create_task(work())
            self.journal.close()
            if not self.is_outdated:
                with suppress(OperationalError, InterfaceError):
                    await self._write_health()
        finally:
            await self.adapter.close()
            await self.hold.release()
            for thread in (self.database, self.ears, self.line):
                thread.submit(_close_connection)
                thread.shutdown()

    async def _start(self) -> None:
        past = read(self.journal_path)
        await self._database(lambda: recovery.recover(self.carrier, past, now=database_now()))
        self.journal = Journal(self.journal_path)
        await self.adapter.open()
        log.info("sender of %s is ready", self.carrier.name)

    def stop(self) -> None:
        self.is_stopping.set()
        self.has_room.set()

    # -- Out -------------------------------------------------------------------------------

    async def _pump(self) -> None:
        """Claim no more than the free window, and send what was claimed."""
        while not self.is_stopping.is_set():
            texts = await self._claim()
            if not texts:
                await self._wait_for_room()
                continue
            task = asyncio.create_task(self._carry(texts, self.hold.epoch, self._time()))
            self.carrying.add(task)
            task.add_done_callback(self.carrying.discard)
        await asyncio.gather(*self.carrying)

    async def _wait_for_room(self) -> None:
        """Until a place in the window is free; nothing rings for new texts, so look again soon."""
        self.has_room.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.has_room.wait(), IDLE_SECONDS)

    async def _claim(self) -> list[OutgoingText]:
        free = self.carrier.window - len(self.in_hand)
        most = min(self.pace.free(self._time()), AT_ONCE, max(1, self.carrier.window // 2))
        is_open = self.carrier.is_enabled and not self.carrier.paused_at and self.adapter.is_ready
        if min(free, most) <= 0 or not is_open:
            return []
        if self.has_lost_a_claim:
            await self._find_lost_claims()
        self.turn += 1
        take = partial(claims.take, self.carrier, free, most=most, turn=self.turn)
        try:
            texts = await self._once(lambda: take(now=database_now()))
        except (OperationalError, InterfaceError):
            # It may have been committed: then the rows are ours and nobody knows.
            self.has_lost_a_claim = True
            log.warning("a claim failed: the database is away")
            await self._pause(TICK_SECONDS)
            return []
        self.pace.spend(len(texts))
        self.in_hand |= {(text.message_id, text.attempt) for text in texts}
        return texts

    async def _find_lost_claims(self) -> None:
        known = {key for key, answer in self.journal.open_texts.items() if answer is None}
        past = Past(is_whole=True, about=known)
        mine = frozenset(self.in_hand | set(self.journal.open_texts))
        recover = partial(recovery.recover, self.carrier, past, but=mine, after_crash=False)
        await self._database(lambda: recover(now=database_now()))
        self.has_lost_a_claim = False

    async def _carry(self, texts: list[OutgoingText], epoch: int, claimed_at: float) -> None:
        waiting = {(text.message_id, text.attempt): text for text in texts}
        try:
            still = await self.hold.ensure()
            if still != epoch or self._time() - claimed_at > STALE_SECONDS:
                self.has_lost_a_claim = True  # not ours any more, and not a byte has left
                return
            self.journal.about_to_send(texts)
            await self._submit(texts, waiting)
            lost = [Answer(*key, Outcome.AMBIGUOUS, code="no_answer") for key in waiting]
            if lost:
                await self._record(lost)
        finally:
            self.in_hand -= {(text.message_id, text.attempt) for text in texts}

    async def _submit(self, texts: list[OutgoingText], waiting: dict[Key, OutgoingText]) -> None:
        """Answers leave `waiting`; whatever ends this leaves the others there, in doubt."""
        try:
            async for heard in self.adapter.submit(texts):
                for answer in heard:
                    waiting.pop((answer.message_id, answer.attempt), None)
                await self._record(heard)
        except Exception:
            log.exception("the connection to %s broke while sending", self.carrier.name)

    async def _record(self, heard: list[Answer]) -> None:
        """Returns when they are recorded. While one recording runs, what comes gathers for the
        next: a commit costs the same for five answers and for five hundred.
        """
        if not heard:
            return
        self.journal.answered(heard)
        self.seen.answers(heard)
        if any(answer.outcome == Outcome.THROTTLED for answer in heard):
            self.pace.throttled(self._time(), len(heard))
        self.unrecorded += heard
        async with self.recording:
            gathered, self.unrecorded = self.unrecorded, []
            if gathered:
                await self._record_now(gathered)

    async def _record_now(self, gathered: list[Answer]) -> None:
        record = partial(answers.record, self.carrier.pk, gathered)
        await self._database(lambda: record(now=database_now()))
        self.journal.recorded(gathered)
        self.in_hand -= {(answer.message_id, answer.attempt) for answer in gathered}
        self.has_room.set()

    # -- In --------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Store what the carrier says, and only then let it forget."""
        while True:
            try:
                events = await self.adapter.events(EVENTS_AT_ONCE)
            except Exception:
                log.exception("the connection to %s broke while listening", self.carrier.name)
                events = []
                await self._pause(TICK_SECONDS)
            if events:
                await self._store(events)
            elif self.is_stopping.is_set() and not self.carrying:
                return
            if len(events) < EVENTS_AT_ONCE:
                await self._pause(GLANCE_SECONDS, even_when_stopping=True)

    async def _store(self, events: Sequence[Event]) -> None:
        late = [event for event in events if isinstance(event, Answer)]
        if late:
            self.seen.answers(late)
            record = partial(answers.record, self.carrier.pk, late)
            await self._database(lambda: record(now=database_now()), self.ears)
        reports = [event for event in events if isinstance(event, DeliveryReceipt)]
        if reports:
            apply = partial(receipts.apply, self.carrier.pk, reports)
            await self._database(lambda: apply(now=database_now()), self.ears)
            self.seen.reports(reports)
        for event in events:
            if isinstance(event, TextFromPhone):
                await self._database(partial(self.hand_over, event), self.ears)
        try:
            await self.adapter.acknowledge(events)
        except Exception:
            log.warning("%s could not be told that it may forget", self.carrier.name)

    # -- Each second -----------------------------------------------------------------------

    async def _tick(self) -> None:
        count = 0
        while not self.is_stopping.is_set():
            work = partial(self._housekeeping, count % SWEEP_EVERY == 0)
            self.is_outdated = not await self._database(work, self.ears)
            if self.is_outdated:
                log.info("%s has other settings now", self.carrier.name)
                self.stop()
                return
            if count % HEARTBEAT_EVERY == 0:
                await self._database(self.heartbeat, self.ears)
            if count % HEARTBEAT_EVERY == 0 or self.told != self.adapter.line:
                await self._write_health()
            count += 1
            await self._pause(TICK_SECONDS)

    async def _write_health(self) -> None:
        limit, rate, line = self.pace.limit, self.pace.rate, self.adapter.line
        problems_told = self.told.problem_count if self.told else 0
        self.told = line
        facts = health.Facts(
            line=line,
            passed_problem=line.last_problem if line.problem_count > problems_told else "",
            is_ready=self.adapter.is_ready,
            in_hand_count=len(self.in_hand),
            rate=rate,
            is_slowed=limit is not None and rate is not None and rate < limit,
            counts=self.seen.take(),
        )
        write = partial(health.write, self.carrier.pk, facts)
        await self._database(lambda: write(now=database_now()), self.ears)

    def _housekeeping(self, is_time_to_sweep: bool) -> bool:
        """Whether the carrier is still what the connection was made for."""
        now = database_now()
        release.release_due(now=now)
        receipts.match_waiting(now=now, only_fresh=True)
        if is_time_to_sweep:
            sweeps.sweep(now=now)
        try:
            self.carrier.refresh_from_db()
        except Carrier.DoesNotExist:
            return False
        return _made_with(self.carrier) == self.made_with

    # -- The database, which may go away ---------------------------------------------------

    async def _database(self, work: Callable[[], Any], thread: Executor | None = None) -> Any:
        """For as long as it takes. What is not recorded when we stop is in the journal."""
        return await self._retry(partial(self._once, work, thread))

    async def _retry(self, work: Callable[[], Awaitable]) -> Any:
        wait = GLANCE_SECONDS
        while True:
            try:
                return await work()
            except (OperationalError, InterfaceError):
                log.warning("the database is away: trying again", exc_info=True)
                if self.is_stopping.is_set():
                    raise
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _once(self, work: Callable[[], Any], thread: Executor | None = None) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(thread or self.database, partial(or_reconnect, work))

    async def _pause(self, seconds: float, *, even_when_stopping: bool = False) -> None:
        if even_when_stopping:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_stopping.wait(), seconds)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


def _made_with(carrier: Carrier) -> tuple:
    """What the adapter and the pace are made from; everything else is read as it changes."""
    settings = json.dumps(carrier.settings, sort_keys=True)
    return (carrier.kind, settings, carrier.window, carrier.texts_per_second)


def _close_connection() -> None:
    """To be run in the thread whose connection it is."""
    connection.close()
