"""The simulator's network. Everything it knows is in rows, and each call is one short transaction,
so that it behaves as a carrier in another building: it goes on when its sender is killed.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import Count

from messaging.carriers.base import (
    Answer,
    DeliveryReceipt,
    Event,
    Outcome,
    OutgoingText,
    Part,
    TextFromPhone,
)
from messaging.carriers.models import Carrier, SimulatedKind, SimulatedText
from messaging.carriers.simulator.script import Script, can_reply_to, script_of
from smsportal.lib.db import CHUNK, update_many
from smsportal.lib.ids import uuid7

REPLY_AFTER = dt.timedelta(seconds=2)
SAYS_AGAIN_AFTER = dt.timedelta(seconds=2)
PARTS_WAIT = dt.timedelta(minutes=10)  # their numbers come round again


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
    knows_again_for: dt.timedelta | None = None  # so long it sends no second copy of a reference

    @classmethod
    def of(cls, carrier: Carrier) -> "Faults":
        known = {field.name for field in fields(cls)}
        minutes = carrier.dedupes_for_minutes
        return cls(
            **{k: v for k, v in carrier.settings.items() if k in known},
            knows_again_for=dt.timedelta(minutes=minutes) if minutes else None,
        )


class Allowance:
    """How many texts more are within the rate. The clock is the caller's, in seconds."""

    def __init__(self) -> None:
        self._left = self._counted_at = 0.0

    def spend(self, asked: int, rate: int, now: float) -> int:
        """As many of `asked` as may go; rate: texts a second, 0 for any number."""
        if not rate:
            return asked
        self._left = min(rate, self._left + (now - self._counted_at) * rate)
        self._counted_at = now
        count = min(int(self._left), asked)
        self._left -= count
        return count


@dataclass(frozen=True, slots=True)
class Handed:
    """What came over a line: a text, or a part of one whose reference all its parts have.

    reports: the states that the sender wants to hear of.
    """

    text: OutgoingText
    part: Part | None = None
    reports: frozenset[str] = frozenset({"delivered", "undelivered"})


def take(
    carrier_id: int,
    handed: Sequence[Handed],
    *,
    now: dt.datetime,
    faults: Faults,
    dice: random.Random,
) -> list[Answer]:
    """Carry texts, and answer each of them in order. A phone gets a long one when it is whole."""
    refusals = _times_turned_away(carrier_id, [each.text for each in handed])
    had = _had_already(carrier_id, handed, now, faults)
    rows: list[SimulatedText] = []
    answers = []
    with transaction.atomic():
        parts = _Parts(carrier_id, handed, now)
        for each in handed:
            text, script = each.text, script_of(each.text.number)
            if ref := had.get(text.reference):
                answers.append(_answer(text, Outcome.DUPLICATE, carrier_ref=ref))
                continue
            row = _carried(carrier_id, each, script, now, faults, dice)
            rows.append(row)
            if script.turned_away_count > refusals.get(text.reference, 0):
                row.kind, row.got_at, row.next_due_at = SimulatedKind.TURNED_AWAY, None, None
                answers.append(_answer(text, Outcome.NOT_SENT, code="busy", words="Not now"))
                continue
            answers.append(_answer(text, Outcome.ACCEPTED, carrier_ref=row.ref))
            if each.part and not parts.make_whole(row):
                continue
            if script.reply and can_reply_to(text.sender):
                due = (row.got_at or now) + REPLY_AFTER
                rows.append(from_phone(carrier_id, text.number, text.sender, script.reply, due))
        SimulatedText.objects.bulk_create(rows, batch_size=CHUNK)
        parts.save()
    return answers


class _Parts:
    """The parts of long texts that wait for each other, by their reference and number."""

    def __init__(self, carrier_id: int, handed: Sequence[Handed], now: dt.datetime) -> None:
        self.now = now
        self.waiting: dict[str, dict[int, SimulatedText]] = defaultdict(dict)
        self.joined: list[SimulatedText] = []
        if references := {each.text.reference for each in handed if each.part}:
            found = SimulatedText.objects.filter(
                carrier_id=carrier_id, kind=SimulatedKind.PART, got_at=None,
                at__gte=now - PARTS_WAIT, reference__in=references,
            )  # fmt: skip
            for row in found.order_by("pk"):
                self.waiting[row.reference][row.part_no] = row

    def make_whole(self, row: SimulatedText) -> bool:
        """Whether `row` was the last that was missing: then it is the text."""
        parts = self.waiting[row.reference]
        parts[row.part_no] = row
        if len(parts) < row.part_count:
            row.kind, row.got_at = SimulatedKind.PART, None
            return False
        row.body = "".join(parts[number].body for number in sorted(parts))
        for other in self.waiting.pop(row.reference).values():
            if other is not row:
                other.got_at = self.now
                self.joined.append(other)
        return True

    def save(self) -> None:
        """Once the new rows are saved."""
        joined = [row.pk for row in self.joined]
        if joined:
            SimulatedText.objects.filter(pk__in=joined).update(got_at=self.now)


def _answer(
    text: OutgoingText, outcome: Outcome, carrier_ref: str = "", code: str = "", words: str = ""
) -> Answer:
    return Answer(text.message_id, text.attempt, outcome, carrier_ref, code, words)


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


def _had_already(
    carrier_id: int, handed: Sequence[Handed], now: dt.datetime, faults: Faults
) -> dict[str, str]:
    """Of texts that come again: our reference -> its own of the first copy."""
    again = [each.text for each in handed if each.text.attempt > 1 and each.part is None]
    if not again or faults.knows_again_for is None:
        return {}
    rows = SimulatedText.objects.filter(
        carrier_id=carrier_id,
        kind=SimulatedKind.TO_PHONE,
        number__in={text.number for text in again},
        reference__in=[text.reference for text in again],
        at__gt=now - faults.knows_again_for,
    )
    return dict(rows.values_list("reference", "ref"))


def _carried(
    carrier_id: int,
    handed: Handed,
    script: Script,
    now: dt.datetime,
    faults: Faults,
    dice: random.Random,
) -> SimulatedText:
    text = handed.text
    shortest, longest = faults.delivery_seconds or script.seconds
    due = now + dt.timedelta(seconds=dice.uniform(shortest, longest))
    says = script.receipt if dice.random() * 100 >= faults.drop_receipts_percent else None
    if says and says[0] not in handed.reports:
        says = None
    says_twice = script.receipt_first or dice.random() * 100 < faults.repeat_receipts_percent
    return SimulatedText(
        carrier_id=carrier_id,
        kind=SimulatedKind.TO_PHONE,
        ref=f"s{uuid7().hex}",  # no number, so that nobody on the way rewrites it as one
        reference=text.reference,
        number=text.number,
        peer=text.sender,
        body=text.body,
        part_count=text.part_count,
        part_no=handed.part.number if handed.part else 1,
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
