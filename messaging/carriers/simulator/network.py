"""The simulator's network. Everything it knows is in rows, and each call is one short transaction,
so that it behaves as a carrier in another building: it goes on when its sender is killed.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from messaging.carriers.base import (
    Answer,
    DeliveryReceipt,
    Event,
    Outcome,
    OutgoingText,
    TextFromPhone,
)
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.simulator.script import Script, can_reply_to, script_of
from smsportal.lib.db import CHUNK, update_many
from smsportal.lib.ids import uuid7

REPLY_AFTER = dt.timedelta(seconds=2)
SAYS_AGAIN_AFTER = dt.timedelta(seconds=2)


@dataclass(frozen=True)
class Faults:
    """The faults a carrier's settings ask for, under the same names. Shares are in percent."""

    latency_ms: int = 0
    lose_answers_percent: float = 0
    throttle_per_second: int = 0
    drop_receipts_percent: float = 0
    repeat_receipts_percent: float = 0
    delivery_seconds: Sequence[float] | None = None  # instead of each script's own
    answer_seconds: float = 5.0
    seed: int | None = None


def take(
    carrier_id: int,
    texts: Sequence[OutgoingText],
    *,
    now: dt.datetime,
    faults: Faults,
    dice: random.Random,
) -> list[Answer]:
    """Carry texts, and answer each of them in order."""
    refusals = _times_turned_away(carrier_id, texts)
    rows: list[SimulatedText] = []
    answers = []
    for text in texts:
        script = script_of(text.number)
        row = _carried(carrier_id, text, script, now, faults, dice)
        rows.append(row)
        if script.turned_away_count > refusals.get(text.reference, 0):
            row.kind, row.got_at, row.next_due_at = SimulatedKind.TURNED_AWAY, None, None
            answers.append(_answer(text, Outcome.NOT_SENT, code="busy", words="Not now"))
            continue
        if script.reply and can_reply_to(text.sender):
            due = (row.got_at or now) + REPLY_AFTER
            rows.append(from_phone(carrier_id, text.number, text.sender, script.reply, due))
        answers.append(_answer(text, Outcome.ACCEPTED, carrier_ref=row.ref))
    SimulatedText.objects.bulk_create(rows, batch_size=CHUNK)
    return answers


def _answer(text: OutgoingText, outcome: Outcome, **more: str) -> Answer:
    return Answer(text.message_id, text.attempt, outcome, **more)


def _times_turned_away(carrier_id: int, texts: Sequence[OutgoingText]) -> dict[str, int]:
    stubborn = [text for text in texts if script_of(text.number).turned_away_count]
    if not stubborn:
        return {}
    rows = SimulatedText.objects.filter(
        carrier_id=carrier_id,
        kind=SimulatedKind.TURNED_AWAY,
        number__in={text.number for text in stubborn},
        reference__in=[text.reference for text in stubborn],
    )
    return dict(rows.values_list("reference").annotate(Count("pk")))


def _carried(
    carrier_id: int,
    text: OutgoingText,
    script: Script,
    now: dt.datetime,
    faults: Faults,
    dice: random.Random,
) -> SimulatedText:
    shortest, longest = faults.delivery_seconds or script.seconds
    due = now + dt.timedelta(seconds=dice.uniform(shortest, longest))
    says = script.receipt if dice.random() * 100 >= faults.drop_receipts_percent else None
    says_twice = script.receipt_first or dice.random() * 100 < faults.repeat_receipts_percent
    return SimulatedText(
        carrier_id=carrier_id,
        kind=SimulatedKind.TO_PHONE,
        ref=uuid7().hex,
        reference=text.reference,
        number=text.number,
        peer=text.sender,
        body=text.body,
        part_count=text.part_count,
        at=now,
        got_at=due if script.arrives else None,
        state=says[0] if says else "",
        reason=says[1] if says else "",
        says_count=1 + says_twice,
        next_due_at=(text.valid_until if script.at_validity_end else due) if says else None,
    )


def from_phone(carrier_id: int, number: str, to: str, body: str, at: dt.datetime) -> SimulatedText:
    return SimulatedText(
        carrier_id=carrier_id,
        kind=SimulatedKind.FROM_PHONE,
        ref=uuid7().hex,
        number=number,
        peer=to,
        body=body,
        at=at,
        got_at=at,
        next_due_at=at,
    )


def due(carrier_id: int, limit: int, *, now: dt.datetime) -> list[Event]:
    """What there is to say now, the oldest first."""
    rows = SimulatedText.objects.filter(carrier_id=carrier_id, next_due_at__lte=now)
    return [_event(row) for row in rows.order_by("next_due_at")[:limit]]


def _event(row: SimulatedText) -> Event:
    if row.kind == SimulatedKind.FROM_PHONE:
        return TextFromPhone(row, row.ref, row.number, row.peer, row.body)
    return DeliveryReceipt(row, row.ref, row.state, row.reason, row.reference)


def acknowledge(events: Sequence[DeliveryReceipt | TextFromPhone], *, now: dt.datetime) -> None:
    """They were heard. A receipt that is to come twice comes again."""
    rows = [event.key for event in events if isinstance(event.key, SimulatedText)]
    said = [
        (
            row.pk,
            row.said_count,
            row.said_count + 1,
            now + SAYS_AGAIN_AFTER if row.said_count + 1 < row.says_count else None,
        )
        for row in rows
    ]
    with transaction.atomic():
        update_many(
            SimulatedText.objects.all(), said, ["said_count", "next_due_at"], match=["said_count"]
        )
