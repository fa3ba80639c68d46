"""How the carriers are, for the people who look after them. Only the database is asked."""

import datetime as dt
from dataclasses import dataclass

from accounts.audit.actors import Actor
from accounts.audit.models import AuditEvent
from messaging.carriers import queries as carriers
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.standing import Standing, health_of, may_take, standing
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.lib.walltime import day_of, start_of

MOST_COUNTED = 10_000  # of waiting texts: more are "more than"
MOST_EVENTS = 20
MINUTES = 60
PRACTICE = "+447700900"


@dataclass(frozen=True)
class Card:
    """One carrier as its page and the list show it."""

    carrier: Carrier
    standing: Standing
    health: CarrierHealth | None
    waiting: str
    minutes: list[int]  # texts that were accepted in each of the last sixty, oldest first
    is_counted_today: bool

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
    every = list(Carrier.objects.all())
    waiting = {is_practice: _waiting(is_practice) for is_practice in (True, False)}
    return [_card(carrier, every, waiting, now) for carrier in found]


def card(carrier: Carrier, *, now: dt.datetime) -> Card:
    waiting = {is_practice: _waiting(is_practice) for is_practice in (True, False)}
    return _card(carrier, list(Carrier.objects.all()), waiting, now)


def _waiting(is_practice: bool) -> int:
    queued = Message.objects.filter(state=State.QUEUED)
    practice = {"number__startswith": PRACTICE}
    texts = queued.filter(**practice) if is_practice else queued.exclude(**practice)
    return texts.values("pk")[: MOST_COUNTED + 1].count()


def _card(
    carrier: Carrier, every: list[Carrier], waiting: dict[bool, int], now: dt.datetime
) -> Card:
    health = health_of(carrier)
    count = sum(
        number for is_practice, number in waiting.items() if carrier in may_take(every, is_practice)
    )
    shown = f"more than {MOST_COUNTED:,}" if count > MOST_COUNTED else f"{count:,}"
    is_today = health is not None and health.counted_on == day_of(now)
    return Card(carrier, standing(carrier, now), health, shown, _minutes(health, now), is_today)


def _minutes(health: CarrierHealth | None, now: dt.datetime) -> list[int]:
    this = int(now.timestamp()) // 60
    counted = dict(health.minutes) if health else {}
    return [counted.get(this - back, 0) for back in range(MINUTES - 1, -1, -1)]


def today(person: Actor, *, now: dt.datetime) -> list[AuditEvent]:
    """What was done with carriers today in London, the latest first."""
    lines = AuditEvent.objects.visible_to(person).filter(
        verb__startswith="carriers.", at__gte=start_of(day_of(now))
    )
    return list(lines.order_by("-at", "-pk")[:MOST_EVENTS])
