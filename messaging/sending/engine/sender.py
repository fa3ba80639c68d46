"""The process that owns a carrier's connection: takes waiting texts in hand, writes down that it
is about to send them, sends, and records what it hears. No transaction spans the network.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.db import InterfaceError, OperationalError

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
from messaging.routes import queries as routes
from messaging.routes.plan import Plan
from messaging.sending.engine import (
    answers,
    carrier_tests,
    claims,
    expand,
    health,
    receipts,
    recovery,
    release,
    sweeps,
    watermark,
)
from messaging.sending.engine.breaker import Allows, Breaker
from messaging.sending.engine.errands import GLANCE_SECONDS, Errands
from messaging.sending.engine.hold import Hold
from messaging.sending.engine.journal import Journal, Key, Past, read
from messaging.sending.engine.pace import Pace
from messaging.sending.engine.window import Claimed, Window
from smsportal.lib.db import database_now

log = logging.getLogger(__name__)

AT_ONCE = 500  # texts in one claim
EVENTS_AT_ONCE = 1000
IDLE_SECONDS = 0.3
TICK_SECONDS = 1.0
SWEEP_EVERY = HEARTBEAT_EVERY = 5  # ticks
STALE_SECONDS = 30.0  # a claim this old is not sent any more: its lease may be over
GATHER_SECONDS = 0.1
MOST_UNRECORDED = 8  # windows full of texts whose answers the database has yet to hear


class Sender(Errands):
    """hand_over: stores texts from phones, once, before the carrier may forget them. heartbeat:
    says that this process does its work. It ends by itself, `is_outdated`, when the settings that
    its connection was made with are changed.
    """

    def __init__(
        self,
        carrier: Carrier,
        adapter_for: Callable[[Carrier, ThreadPoolExecutor], Adapter],
        *,
        journal_path: Path,
        hand_over: Callable[[Sequence[TextFromPhone]], None],
        heartbeat: Callable[[], None],
    ) -> None:
        self.carrier = carrier
        self.journal_path = journal_path
        self.hand_over = hand_over
        self.heartbeat = heartbeat
        super().__init__()
        self.adapter = adapter_for(carrier, self.line)
        self.hold = Hold(f"sender-{carrier.name}")
        self.pace = Pace(carrier.texts_per_second)
        self.breaker = Breaker()
        self.plan: Plan | None = None  # read each second and not for each claim
        self.window = Window(carrier.window)
        self.in_hand: set[Key] = set()
        self.carrying: set[asyncio.Task] = set()
        self.has_room = asyncio.Event()
        self.may_go = asyncio.Event()
        self.has_claimed_all = asyncio.Event()
        self.has_lost_a_claim = False
        self.has_tests = False
        self.unrecorded: list[Answer] = []
        self.has_answers = asyncio.Event()
        self.is_over = False  # nothing more is on the wire, nor will be
        self.turn = 0
        self.seen = health.Seen()
        self.told: LineState | None = None
        self.told_why = ""
        self.made_with = health.made_with(carrier)
        self.is_outdated = False

    async def run(self) -> None:
        """Until stop(). Raises HeldElsewhere when this carrier has a sender already, Restored when
        the database is an older one than was sent from.
        """
        try:
            await self._retry(self.hold.take)
            await self._start()
            async with asyncio.TaskGroup() as group:
                for work in (self._pump, self._let_go, self._record, self._listen, self._tick):
                    group.create_task(work())
            self.journal.close()
            if not self.is_outdated:
                with suppress(OperationalError, InterfaceError):
                    await self._write_health()
        finally:
            await self.adapter.close()
            await self.hold.release()
            self._close_threads()

    async def _start(self) -> None:
        past = read(self.journal_path)
        await self._database(lambda: watermark.admit(past, now=database_now()))
        await self._database(lambda: recovery.recover(self.carrier, past, now=database_now()))
        self.journal = Journal(self.journal_path)
        restore = partial(health.restore, self.carrier.pk, self.breaker, at=self._time())
        await self._database(lambda: restore(now=database_now()))
        await self.adapter.open()
        log.info("sender of %s is ready", self.carrier.name)

    def stop(self) -> None:
        self.is_stopping.set()
        self.has_room.set()
        self.may_go.set()

    # -- Out -------------------------------------------------------------------------------

    async def _pump(self) -> None:
        """Claim no more than there is room for."""
        while not self.is_stopping.is_set():
            if not await self._claim():
                await self._wait_for_room()
        self.has_claimed_all.set()

    async def _wait_for_room(self) -> None:
        """Until a claim is worth it; nothing rings for new texts, so look again soon."""
        self.has_room.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.has_room.wait(), IDLE_SECONDS)

    async def _claim(self) -> bool:
        """Whether to ask again at once."""
        free, free_for_bulk = self.window.free, self.window.free_for_bulk(self._time())
        most = min(self.pace.free(self._time()), AT_ONCE)
        allows = self.breaker.allows(self._time())
        if self.has_tests or allows == Allows.ONE:
            free_for_bulk = 0
        is_behind = len(self.in_hand) > MOST_UNRECORDED * self.window.size + AT_ONCE
        is_open = self.carrier.is_enabled and self.adapter.is_ready and not is_behind
        if max(free, free_for_bulk) <= 0 or most <= 0 or not is_open:
            return False
        if self.has_lost_a_claim:
            await self._find_lost_claims()
        self.turn += 1
        carrier, plan = self.carrier, self.plan
        if self.has_tests:  # they go while the carrier is paused or has closed itself, too
            self.has_tests = False
            allows = Allows.ALL
            take = partial(carrier_tests.take, carrier, most=min(free, most))
        elif carrier.paused_at or allows == Allows.NONE:
            return False
        elif allows == Allows.ONE:
            take = partial(claims.take_one, carrier, turn=self.turn, plan=plan)
        else:
            rooms = partial(claims.take, carrier, free, free_for_bulk=free_for_bulk)
            take = partial(rooms, most=most, turn=self.turn, plan=plan)
        epoch, claimed_at = self.hold.epoch, self._time()
        try:
            texts = await self._once(lambda: take(now=database_now()))
        except (OperationalError, InterfaceError):
            # It may have been committed: then the rows are ours and nobody knows.
            self.has_lost_a_claim = True
            log.warning("a claim failed: the database is away")
            await self._pause(TICK_SECONDS)
            return False
        self.pace.spend(len(texts))
        claimed = [Claimed(text, epoch, claimed_at) for text in texts]
        self.in_hand.update(each.key for each in claimed)
        if allows == Allows.ONE and claimed:
            self.breaker.lets_one_go(claimed[0].key)
        self.window.put(claimed)
        self.may_go.set()
        return bool(texts) and self.window.wants_more(self._time())

    async def _find_lost_claims(self) -> None:
        """The database was away, and may not be what it was."""
        await self._database(lambda: watermark.check(now=database_now()))
        known = {key for key, answer in self.journal.open_texts.items() if answer is None}
        past = Past(is_whole=True, about=known)
        mine = frozenset(self.in_hand | set(self.journal.open_texts))
        recover = partial(recovery.recover, self.carrier, past, but=mine, after_crash=False)
        await self._database(lambda: recover(now=database_now()))
        self.has_lost_a_claim = False

    async def _let_go(self) -> None:
        """Send what was claimed, as places become free."""
        while True:
            await self.may_go.wait()
            self.may_go.clear()
            if self.is_stopping.is_set():
                await self.has_claimed_all.wait()
                break
            await asyncio.sleep(0)  # what frees in this moment goes along
            epoch = await self.hold.ensure()
            if not self._goes_on():
                self._give_back(self.window.give_back())
            texts = [each.text for each in self.window.go() if self._is_ours(each, epoch)]
            if texts:
                task = asyncio.create_task(self._carry(texts))
                self.carrying.add(task)
                task.add_done_callback(self.carrying.discard)
        self._give_back(self.window.give_all_back())
        await asyncio.gather(*self.carrying)
        self.is_over = True
        self.has_answers.set()

    def _goes_on(self) -> bool:
        """Whether more of what can wait may go."""
        return self.adapter.is_ready and not self.carrier.paused_at and not self.breaker.is_open

    def _give_back(self, back: list[Claimed]) -> None:
        self._hear([Answer(*each.key, Outcome.NOT_TRIED, code="not_gone") for each in back])

    def _is_ours(self, claimed: Claimed, epoch: int) -> bool:
        """Still, so that it may be sent; else not a byte has left."""
        if claimed.epoch == epoch and self._time() - claimed.at <= STALE_SECONDS:
            return True
        self.has_lost_a_claim = True
        self.in_hand.discard(claimed.key)
        self._leave([claimed.key])
        return False

    async def _carry(self, texts: list[OutgoingText]) -> None:
        waiting = {(text.message_id, text.attempt): text for text in texts}
        keys = list(waiting)
        try:
            self.journal.about_to_send(texts)
            await self._submit(texts, waiting)
            self._hear([Answer(*key, Outcome.AMBIGUOUS, code="no_answer") for key in waiting])
        except BaseException:
            self.in_hand -= set(waiting)
            raise
        finally:
            self._leave(keys)

    def _leave(self, keys: Collection[Key]) -> None:
        """Their places on the wire are free."""
        self.window.leave(keys, self._time())
        self.breaker.gone(keys, self._time())
        if self.window.urgent or self.window.ahead:
            self.may_go.set()
        if self.window.free_for_bulk(self._time()):
            self.has_room.set()

    async def _submit(self, texts: list[OutgoingText], waiting: dict[Key, OutgoingText]) -> None:
        """Answers leave `waiting`; whatever ends this leaves the others there, in doubt."""
        try:
            async for heard in self.adapter.submit(texts):
                keys = [(answer.message_id, answer.attempt) for answer in heard]
                for key in keys:
                    waiting.pop(key, None)
                self._hear(heard)
                self._leave(keys)
        except Exception:
            log.exception("the connection to %s broke while sending", self.carrier.name)

    def _hear(self, heard: list[Answer]) -> None:
        """They are in the journal, and are recorded by and by."""
        if not heard:
            return
        self.journal.answered(heard)
        self.seen.answers(heard)
        self.breaker.heard(heard, self._time())
        if any(answer.outcome == Outcome.THROTTLED for answer in heard):
            self.pace.throttled(self._time(), len(heard))
        self.unrecorded += heard
        self.has_answers.set()

    async def _record(self) -> None:
        """While one recording runs, and a little longer, what comes gathers for the next: a commit
        costs the same for five answers and for five hundred.
        """
        while not self.is_over or self.unrecorded:
            self.has_answers.clear()
            if self.unrecorded:
                gathered, self.unrecorded = self.unrecorded, []
                await self._record_now(gathered)
                await self._pause(GATHER_SECONDS)
            else:
                await self.has_answers.wait()

    async def _record_now(self, gathered: list[Answer]) -> None:
        record = partial(answers.record, self.carrier.pk, gathered)
        await self._database(lambda: record(now=database_now()))
        self.journal.recorded(gathered)
        self.in_hand -= {(answer.message_id, answer.attempt) for answer in gathered}

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
            elif self.is_over:
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
        texts = [event for event in events if isinstance(event, TextFromPhone)]
        if texts:
            await self._database(partial(self.hand_over, texts), self.ears)
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
            line, is_ready, at = self.adapter.line, self.adapter.is_ready, self._time()
            self.breaker.line(is_ready=is_ready, connected_count=line.connected_count, at=at)
            is_news = self.told != line or self.told_why != self.breaker.why
            if count % HEARTBEAT_EVERY == 0 or is_news:
                await self._write_health()
            count += 1
            await self._pause(TICK_SECONDS)

    async def _write_health(self) -> None:
        limit, rate, line = self.pace.limit, self.pace.rate, self.adapter.line
        problems_told = self.told.problem_count if self.told else 0
        self.told, self.told_why = line, self.breaker.why
        facts = health.Facts(
            line=line,
            passed_problem=line.last_problem if line.problem_count > problems_told else "",
            is_ready=self.adapter.is_ready,
            in_hand_count=len(self.in_hand),
            rate=rate,
            is_slowed=limit is not None and rate is not None and rate < limit,
            counts=self.seen.take(),
            breaker=health.Opened.of(self.breaker, self._time()),
        )
        write = partial(health.write, self.carrier.pk, facts)
        await self._database(lambda: write(now=database_now()), self.ears)

    def _housekeeping(self, is_time_to_sweep: bool) -> bool:
        """Whether the carrier is still what the connection was made for."""
        now = database_now()
        (watermark.rise if is_time_to_sweep else watermark.check)(now=now)
        expand.expand_emergencies(now=now)
        release.release_due(now=now)
        receipts.match_waiting(now=now, only_fresh=True)
        self.has_tests = self.carrier.pk in carrier_tests.look_after(now=now)
        if is_time_to_sweep:
            sweeps.sweep(now=now)
        self.plan = routes.plan(now=now)
        try:
            self.carrier.refresh_from_db()
        except Carrier.DoesNotExist:
            return False
        return health.made_with(self.carrier) == self.made_with
