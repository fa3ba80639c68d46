"""How the carriers are, for the people who look after them. Only the database is asked."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from accounts.audit.actors import Actor
from accounts.audit.models import AuditEvent
from messaging.carriers import queries as carriers
from messaging.carriers.calls import hearing
from messaging.carriers.calls.doors import door
from messaging.carriers.calls.heard import About
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.registry import KINDS
from messaging.carriers.standing import Standing, health_of, standing
from messaging.routes import queries as routes
from messaging.sending.models import Message
from messaging.sending.queries import in_doubt
from messaging.sending.states import State
from smsportal.lib.walltime import day_of, start_of

MOST_EVENTS = 20
MINUTES = 60


@dataclass(frozen=True)
class Card:
    """One carrier as its page and the list show it."""

    carrier: Carrier
    standing: Standing
    health: CarrierHealth | None
    waiting: str
    minutes: list[int]  # texts that were accepted in each of the last sixty, oldest first
    is_counted_today: bool
    in_doubt_count: int  # texts that it may have sent, for somebody to decide about

    @property
    def minutes_in_words(self) -> str:
        most = max(self.minutes)
        if not most:
            return "No texts in the last hour"
        return f"Texts a minute over the last hour, {most:,} at most, {self.minutes[-1]:,} now"

    @property
    def delivered_share(self) -> str:
        """Of today's reports: "98.7% of 1,204"; empty without any."""
        if self.health is None or not self.is_counted_today:
            return ""
        good = self.health.delivered_count
        every = good + self.health.undelivered_count
        if not every:
            return ""
        # Cut and not rounded: 100% is said only when it is so.
        return f"{good * 1000 // every / 10:g}% of {every:,}"


def cards(person: Actor, *, now: dt.datetime) -> list[Card]:
    found = list(carriers.carriers(person))
    waiting, doubts = _Waiting(now), _in_doubt(now)
    return [_card(carrier, waiting, doubts, now) for carrier in found]


def card(carrier: Carrier, *, now: dt.datetime) -> Card:
    return _card(carrier, _Waiting(now), _in_doubt(now), now)


def _in_doubt(now: dt.datetime) -> dict[int | None, int]:
    counted = in_doubt(now).order_by().values_list("carrier").annotate(Count("pk"))
    return dict(counted)


class _Waiting:
    """How many texts wait on each path: they are counted once for all carriers."""

    def __init__(self, now: dt.datetime) -> None:
        self.plan = routes.plan(now=now)
        queued = Message.objects.filter(state=State.QUEUED)
        self.counts = dict(queued.values_list("path").annotate(Count("pk")))

    def for_carrier(self, carrier: Carrier) -> int:
        if carrier.paused_at:
            return 0
        return sum(self.counts.get(path, 0) for path in self.plan.paths_taken_by(carrier.pk))


def _card(
    carrier: Carrier, waiting: _Waiting, doubts: dict[int | None, int], now: dt.datetime
) -> Card:
    health = health_of(carrier)
    shown = f"{waiting.for_carrier(carrier):,}"
    is_today = health is not None and health.counted_on == day_of(now)
    return Card(
        carrier,
        standing(carrier, now),
        health,
        shown,
        _minutes(health, now),
        is_today,
        doubts.get(carrier.pk, 0),
    )


def _minutes(health: CarrierHealth | None, now: dt.datetime) -> list[int]:
    this = int(now.timestamp()) // 60
    counted = dict(health.minutes) if health else {}
    return [counted.get(this - back, 0) for back in range(MINUTES - 1, -1, -1)]


@dataclass(frozen=True)
class Calls:
    """What a carrier that calls us has to know, and what came of it. told: of the last day."""

    proof: str
    reports: str
    texts: str
    told: hearing.Told


def calls(carrier: Carrier, *, now: dt.datetime) -> Calls | None:
    proof = KINDS[carrier.kind].proof(carrier.settings)
    if not proof:
        return None
    return Calls(
        proof,
        door(carrier, About.REPORT),
        door(carrier, About.TEXT),
        hearing.told(carrier, now=now),
    )


def today(person: Actor, *, now: dt.datetime) -> list[AuditEvent]:
    """What was done with carriers today in London, the latest first."""
    lines = AuditEvent.objects.visible_to(person).filter(
        verb__startswith="carriers.", at__gte=start_of(day_of(now))
    )
    return list(lines.order_by("-at", "-pk")[:MOST_EVENTS])
