"""Texts that may have been sent: what people decide about them, and the only ones that go out
again by themselves, because their carrier has been proved to send no second copy, or because they
are emergencies and a setting says so.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from messaging.carriers.models import Carrier
from messaging.sending.engine.answers import back_off
from messaging.sending.engine.marks import (
    LEASE_OVER,
    RESTORED,
    WITHOUT_DOUBT,
    not_sent_after_all,
    reopen,
    tell_of,
    touch,
)
from messaging.sending.models import Attempt, Message
from messaging.sending.queries import halt, may_go_again
from messaging.sending.states import Lane, Phase, State, Treated
from smsportal.lib.db import CHUNK, CountOf, claim
from smsportal.lib.words import clock

MOST_LEASES_LOST = 3  # a text that was in hand at so many crashes may have caused them
MOST_RESENDS = 5
USED = 0.8  # of the time in which a carrier knows our reference: clocks and queues take the rest

GRANTED_WHY = "the messaging team has it sent again"
BETTER_TWICE = "an emergency is sent again: better twice than never"
EMERGENCY_SETTLES = dt.timedelta(minutes=1)


def send_again(
    texts: QuerySet, *, by_name: str, reason: str, now: dt.datetime, why: str = GRANTED_WHY
) -> list[int]:
    """Let up to a chunk of them go once more, by the carrier that may have had them.

    Answers which: those that still may. Each has leave to arrive twice; it is charged once.
    """
    again = {"state": State.QUEUED, "next_at": now, "resend_until": None, "why": why}
    with transaction.atomic():
        ids = claim(may_go_again(texts, now), CHUNK, **again)
        tell_of(ids, Phase.GRANTED, now, by_name=by_name, words=reason)
        reopen(ids)
        touch(ids, now)
    return ids


def resend_emergencies(*, now: dt.datetime) -> int:
    """Once each, and only where the university has said that this is what it wants."""
    if not settings.EMERGENCY_RESEND or halt() is not None:
        return 0
    granted = Attempt.objects.filter(message_id=OuterRef("pk"), phase=Phase.GRANTED)
    texts = Message.objects.filter(
        ~Exists(granted), lane=Lane.EMERGENCY, doubted_at__lte=now - EMERGENCY_SETTLES
    ).order_by("doubted_at", "pk")
    policy = {"by_name": "EMERGENCY_RESEND", "reason": BETTER_TWICE, "why": BETTER_TWICE}
    moved = 0
    while ids := send_again(texts, now=now, **policy):
        moved += len(ids)
    return moved


def treat_as_not_sent(texts: QuerySet, *, by_name: str, reason: str, now: dt.datetime) -> list[int]:
    """Have up to a chunk of them count as not sent: never charged, their parts given back."""
    settled = {"state": State.FAILED, "reason": Treated.NOT_SENT, "why": "", "final_at": now}
    with transaction.atomic():
        ids = claim(texts.filter(state=State.UNKNOWN), CHUNK, **settled, **WITHOUT_DOUBT)
        doubts = Attempt.objects.filter(message_id__in=ids, phase=Phase.AMBIGUOUS)
        doubts.update(is_overruled=True)
        tell_of(ids, Phase.TREATED, now, by_name=by_name, words=reason)
        touch(ids, now)
        not_sent_after_all(ids)
    return ids


def resend(*, now: dt.datetime) -> int:
    """What waits for an answer that will not come, where a second copy does no harm."""
    if halt() is not None:
        return 0
    proved = Carrier.objects.usable().filter(dedupes_for_minutes__isnull=False)
    return sum(_resend(carrier, times, now) for carrier in proved for times in range(MOST_RESENDS))


def _resend(carrier: Carrier, times_before: int, now: dt.datetime) -> int:
    """Those that went out again by themselves so many times before."""
    known_for = known_again_for(carrier)
    next_at = now + back_off(times_before)
    unasked = Attempt.objects.filter(
        message_id=OuterRef("pk"), code__in=[LEASE_OVER, RESTORED], is_overruled=False
    )
    resends = Attempt.objects.filter(message_id=OuterRef("pk"), phase=Phase.RESENT)
    not_paused = {"paused_at__isnull": True, "department__frozen_at__isnull": True}
    texts = (
        may_go_again(Message.objects.filter(carrier=carrier), next_at, **not_paused)
        .filter(doubted_at__gt=next_at - known_for, lease_losses__lt=MOST_LEASES_LOST)
        .exclude(Exists(unasked))  # the journal of its sender, or somebody, knows more
        .alias(resends=CountOf(resends.values("pk")))
        .filter(resends=times_before)
    )
    why = "no answer came. Its network takes no second copy, so it is sent again at"
    moved = 0
    while True:
        with transaction.atomic():
            ids = claim(
                texts.order_by("doubted_at", "pk"),
                CHUNK,
                state=State.QUEUED,
                next_at=next_at,
                resend_until=F("doubted_at") + known_for,
                why=f"{why} {clock(next_at)}",
            )
            tell_of(ids, Phase.RESENT, now)
            reopen(ids)
            touch(ids, now)
        moved += len(ids)
        if len(ids) < CHUNK:
            return moved


def known_again_for(carrier: Carrier) -> dt.timedelta:
    return dt.timedelta(minutes=carrier.dedupes_for_minutes or 0) * USED
