"""What a sender knows of its carrier, written down where pages can read it: one row a carrier."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from messaging.carriers.base import Answer, DeliveryReceipt, LineState, Outcome
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.sending.engine.breaker import LONGEST_WAIT, Breaker
from messaging.sending.states import State
from smsportal.lib.walltime import day_of

MINUTES = 60
COUNTED = ("accepted", "throttled", "delivered", "undelivered")


@dataclass
class Seen:
    """What has happened since it was last written down; counts are of COUNTED."""

    counts: Counter[str] = field(default_factory=Counter)

    def answers(self, heard: Iterable[Answer]) -> None:
        for answer in heard:
            if answer.outcome in (Outcome.ACCEPTED, Outcome.THROTTLED):
                self.counts[str(answer.outcome)] += 1

    def reports(self, receipts: Iterable[DeliveryReceipt]) -> None:
        for receipt in receipts:
            if receipt.state in (State.DELIVERED, State.UNDELIVERED):
                self.counts[str(receipt.state)] += 1

    def take(self) -> Counter[str]:
        taken, self.counts = self.counts, Counter()
        return taken


@dataclass(frozen=True)
class Opened:
    """A breaker that is open: why, for how long, and in how many seconds one text is tried."""

    why: str
    seconds: float
    tries_in: float

    @staticmethod
    def of(breaker: Breaker, at: float) -> "Opened | None":
        if not breaker.is_open:
            return None
        return Opened(breaker.why, at - breaker.opened_at, breaker.tries_at - at)


@dataclass(frozen=True)
class Facts:
    """How it is at this moment. counts: of Seen, since the last time. passed_problem: one that
    has come since then, and may be over already.
    """

    line: LineState
    is_ready: bool
    in_hand_count: int
    rate: float | None
    is_slowed: bool
    counts: Counter[str]
    passed_problem: str = ""
    breaker: Opened | None = None


def write(carrier_id: int, facts: Facts, *, now: dt.datetime) -> None:
    """Read anew each time, so that a write that failed can be done again as it was."""
    # Without its carrier, which may be removed at any moment, there is nothing to write down.
    with suppress(IntegrityError), transaction.atomic():
        row = CarrierHealth.objects.filter(carrier_id=carrier_id).first()
        row = row or CarrierHealth(carrier_id=carrier_id)
        row.at = now
        row.is_ready = facts.is_ready
        row.down_since = None if facts.is_ready else row.down_since or now
        row.connected_count = facts.line.connected_count
        row.connection_count = facts.line.connection_count
        row.in_hand_count = facts.in_hand_count
        row.rate, row.is_slowed = facts.rate, facts.is_slowed
        _breaker(row, facts.breaker, now)
        _count(row, facts.counts, now)
        if facts.passed_problem and not facts.line.problem:
            _problem(row, facts.passed_problem, now)
        _problem(row, facts.line.problem, now)
        row.save()


def _breaker(row: CarrierHealth, opened: Opened | None, now: dt.datetime) -> None:
    row.breaker_why = opened.why if opened else ""
    row.breaker_opened_at = now - dt.timedelta(seconds=opened.seconds) if opened else None
    row.breaker_tries_at = now + dt.timedelta(seconds=opened.tries_in) if opened else None


def restore(carrier_id: int, breaker: Breaker, *, at: float, now: dt.datetime) -> None:
    """Open it as it was when the sender ended: a new sender knows no better."""
    row = CarrierHealth.objects.filter(carrier_id=carrier_id).first()
    if row is None or row.breaker_opened_at is None or row.breaker_tries_at is None:
        return
    breaker.why = row.breaker_why
    breaker.opened_at = at - (now - row.breaker_opened_at).total_seconds()
    tries_in = (row.breaker_tries_at - now).total_seconds()
    breaker.tries_at = at + min(max(tries_in, 0.0), LONGEST_WAIT)


def cannot_start(carrier: Carrier, why: str, *, now: dt.datetime) -> None:
    """Of a sender that ends before it has begun: its carrier's settings do not do."""
    line = LineState(connected_count=0, connection_count=0, problem=why)
    facts = Facts(line, False, 0, None, False, Counter())
    write(carrier.pk, facts, now=now)


def _count(row: CarrierHealth, counts: Counter[str], now: dt.datetime) -> None:
    if row.counted_on != day_of(now):
        row.counted_on = day_of(now)
        for name in COUNTED:
            setattr(row, f"{name}_count", 0)
    for name in COUNTED:
        before: Any = getattr(row, f"{name}_count")
        setattr(row, f"{name}_count", before + counts[name])
    if counts["accepted"]:
        row.last_accepted_at = now
    if counts["delivered"] or counts["undelivered"]:
        row.last_receipt_at = now
    minute = int(now.timestamp()) // 60
    by_minute = Counter({at: count for at, count in row.minutes if at > minute - MINUTES})
    if counts["accepted"]:
        by_minute[minute] += counts["accepted"]
    row.minutes = sorted(by_minute.items())


def _problem(row: CarrierHealth, problem: str, now: dt.datetime) -> None:
    problem = problem[:200]
    if not problem:
        if row.has_problem:
            row.problem_over_at = now
    elif not row.has_problem or row.problem != problem:
        row.problem, row.problem_since, row.problem_over_at = problem, now, None


def made_with(carrier: Carrier) -> tuple:
    """What the adapter and the pace are made from; everything else is read as it changes."""
    settings = json.dumps(carrier.settings, sort_keys=True)
    row = (carrier.window, carrier.texts_per_second, carrier.dedupes_for_minutes)
    return (carrier.kind, settings, *row)
