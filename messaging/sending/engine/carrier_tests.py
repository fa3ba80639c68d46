"""Test texts of the messaging team: the same way out as every text, and none of their rows.

A test is handed to the carrier under its id with a minus before it, so that what comes back about
it is known from what comes back about a message. It is handed over once: whatever then happens to
it is shown, and nothing tries it again.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from messaging.carriers.base import Answer, Outcome, OutgoingText, reference_of
from messaging.carriers.models import Carrier, CarrierTest, CarrierTestState
from messaging.sending.engine.journal import Key, Past
from messaging.sending.models import Receipt
from messaging.sending.queries import halt, why_not_taken
from messaging.sending.states import State, Undelivered
from smsportal.lib.db import claim

log = logging.getLogger(__name__)

ANSWERED_BY = dt.timedelta(minutes=6)  # longer than any carrier may take for an answer
LISTENS = dt.timedelta(hours=24)  # as long as a receipt waits for its text
MOST_LISTENING = 500

ATTEMPT = 1  # the only one

STATES = {
    Outcome.ACCEPTED: CarrierTestState.ACCEPTED,
    Outcome.REFUSED: CarrierTestState.REFUSED,
    Outcome.SENDER_REFUSED: CarrierTestState.REFUSED,
    Outcome.NOT_SENT: CarrierTestState.NOT_SENT,
    Outcome.THROTTLED: CarrierTestState.NOT_SENT,
    Outcome.NOT_TRIED: CarrierTestState.NOT_SENT,
    Outcome.AMBIGUOUS: CarrierTestState.UNKNOWN,
    Outcome.PARTLY: CarrierTestState.UNKNOWN,  # a test has one part, so no carrier says this
}
TOO_FAST = "the network asked us to go slower"
NO_ROOM = "its sender had no room for it"
STOPPED = "the sender was stopped while it was on its way"


def take(carrier: Carrier, *, now: dt.datetime, most: int) -> list[OutgoingText]:
    """Claim the tests that wait for `carrier`, which may be paused. None while there is a halt."""
    if halt() is not None:
        return []
    waiting = _of(carrier.pk, CarrierTestState.WAITING).filter(asked_at__gt=now - CarrierTest.WAITS)
    with transaction.atomic():
        taken = claim(waiting.order_by("pk"), most, state=CarrierTestState.SENDING, taken_at=now)
    return [
        OutgoingText(
            message_id=-test.pk,
            attempt=ATTEMPT,
            reference=reference_of(test.uid),
            number=test.number,
            sender=test.sender,
            body=test.body,
            part_count=1,
            valid_until=now + CarrierTest.VALID,
        )
        for test in CarrierTest.objects.filter(pk__in=taken).order_by("pk")
    ]


def set_apart(carrier_id: int, answers: Iterable[Answer], *, now: dt.datetime) -> list[Answer]:
    """Record the answers to tests, and return the others."""
    others = []
    for answer in answers:
        if answer.message_id < 0:
            _record(carrier_id, answer, now)
        else:
            others.append(answer)
    return others


def _record(carrier_id: int, answer: Answer, now: dt.datetime) -> None:
    state = STATES[answer.outcome]
    before = [CarrierTestState.SENDING, CarrierTestState.UNKNOWN]
    if state == CarrierTestState.UNKNOWN:
        before = [CarrierTestState.SENDING]
    why = answer.words or (TOO_FAST if answer.outcome == Outcome.THROTTLED else "")
    _of(carrier_id, *before).filter(pk=-answer.message_id).update(
        state=state,
        answered_at=now,
        ref=answer.carrier_ref[:64],
        code=answer.code[:64],
        why=why[:200],
    )


def recover(carrier: Carrier, past: Past, *, now: dt.datetime, but: Collection[Key]) -> None:
    """Settle the tests that `carrier`'s sender had in hand and no longer has: see `recovery`."""
    for test in _of(carrier.pk, CarrierTestState.SENDING):
        key = (-test.pk, ATTEMPT)
        if key in but:
            continue
        if key in past.answers:
            _record(carrier.pk, past.answers[key], now)
        elif past.is_whole and key not in past.about:
            _of(carrier.pk, CarrierTestState.SENDING).filter(pk=test.pk).update(
                state=CarrierTestState.WAITING, taken_at=None
            )
        else:
            _doubt(_of(carrier.pk, CarrierTestState.SENDING).filter(pk=test.pk))


def look_after(*, now: dt.datetime) -> set[int]:
    """What is due to tests: their reports, and an end to their waiting. Harmless twice.

    Answers the ids of the carriers that have a test to send.
    """
    is_open = Q(state__in=[CarrierTestState.WAITING, CarrierTestState.SENDING])
    tests = CarrierTest.objects.filter(is_open | Q(asked_at__gt=now - LISTENS))
    recent = list(tests.select_related("carrier__health").order_by("-pk")[:MOST_LISTENING])
    if not recent:
        return set()
    give_up([test for test in recent if test.asked_at <= now - CarrierTest.WAITS], now=now)
    for test in recent:
        if test.taken_at and test.taken_at <= now - ANSWERED_BY:
            _doubt(CarrierTest.objects.filter(pk=test.pk, state=CarrierTestState.SENDING))
    _apply_reports([test for test in recent if test.answered_at or test.why], now)
    waiting = [test for test in recent if test.state == CarrierTestState.WAITING]
    return {test.carrier_id for test in waiting if test.asked_at > now - CarrierTest.WAITS}


def give_up(tests: Iterable[CarrierTest], *, now: dt.datetime) -> None:
    """Those that still wait have waited long enough: nothing of them has left, or ever will."""
    for test in tests:
        if test.state == CarrierTestState.WAITING:
            CarrierTest.objects.filter(pk=test.pk, state=CarrierTestState.WAITING).update(
                state=CarrierTestState.NOT_SENT,
                why=why_not_taken(test.carrier, now=now) or NO_ROOM,
            )


def _doubt(tests: QuerySet) -> None:
    tests.update(state=CarrierTestState.UNKNOWN, code="no_answer", why=STOPPED)


def _apply_reports(tests: Sequence[CarrierTest], now: dt.datetime) -> None:
    """A report of a test matches no text, so `receipts` has kept it: here is what it is about."""
    by_ref = {(test.carrier_id, test.ref): test for test in tests if test.ref}
    by_ours = {(test.carrier_id, reference_of(test.uid)): test for test in tests}
    if not tests:
        return
    known = Q(carrier_ref__in={ref for _, ref in by_ref}) | Q(
        reference__in={ref for _, ref in by_ours}
    )
    fresh = Receipt.objects.filter(
        known, applied_at__isnull=True, orphan_at__isnull=True, received_at__gt=now - LISTENS
    )
    for receipt in fresh.order_by("pk"):
        test = by_ref.get((receipt.carrier_id, receipt.carrier_ref))
        test = test or by_ours.get((receipt.carrier_id, receipt.reference))
        if test is not None:
            _report(test, receipt)


@transaction.atomic
def _report(test: CarrierTest, receipt: Receipt) -> None:
    """The receipt is the test's from now on: nothing else names it, and it names no carrier."""
    open_ = Q(state__in=[CarrierTestState.ACCEPTED, CarrierTestState.UNKNOWN])
    if receipt.state == State.DELIVERED:
        open_ |= Q(state=CarrierTestState.UNDELIVERED, reason=Undelivered.ABSENT)
    CarrierTest.objects.filter(open_, pk=test.pk).update(
        state=receipt.state,
        reason=receipt.reason,
        report=receipt.raw,
        reported_at=receipt.received_at,
        ref=receipt.carrier_ref,
    )
    receipt.delete()


def _of(carrier_id: int, *states: CarrierTestState) -> QuerySet[CarrierTest]:
    return CarrierTest.objects.filter(carrier_id=carrier_id, state__in=states)
