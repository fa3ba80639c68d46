"""After a crash: what the journal knows of the texts that a sender had in hand."""

import datetime as dt
import logging
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q, QuerySet

from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier
from messaging.sending.engine import answers
from messaging.sending.engine.journal import Key, Past
from messaging.sending.engine.marks import LEASE_OVER, not_sent_after_all, overrule, reopen, touch
from messaging.sending.engine.sweeps import MOST_LEASES_LOST
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.lib.db import CHUNK, update_many

log = logging.getLogger(__name__)

Held = list[Key]


def recover(
    carrier: Carrier,
    past: Past,
    *,
    now: dt.datetime,
    but: Collection[Key] = (),
    after_crash: bool = True,
) -> None:
    """Settle what `carrier`'s sender had in hand and no longer has.

    Not in the journal = never left, so queued again; in it without an answer = may have been sent;
    answered = applied. Without a journal nothing is known, so it may have been sent. but: what is
    in hand now. after_crash: what was in hand at three of them is not tried again. Running it twice
    changes nothing.
    """
    held = [key for key in _held(carrier) if key not in but]
    if not past.is_whole:
        _doubt(carrier, held, "no_journal", now)
        return
    told = {key: past.answers[key] for key in held if key in past.answers}
    for start in range(0, len(told), CHUNK):
        answers.record(carrier.pk, list(told.values())[start : start + CHUNK], now=now)
    _doubt(carrier, [k for k in held if k in past.about and k not in told], "no_answer", now)
    left = [key for key in held if key not in past.about and key not in told]
    _queue_again(left, now, counts=after_crash)


def _held(carrier: Carrier) -> Held:
    """Those in hand, and those whose lease a sweep has ended meanwhile."""
    swept = Q(state=State.UNKNOWN, attempts__code=LEASE_OVER, attempts__is_overruled=False)
    texts = Message.objects.filter(Q(state=State.SENDING) | swept, carrier=carrier).distinct()
    return list(texts.order_by("pk").values_list("pk", "attempt_count"))


def _doubt(carrier: Carrier, held: Held, code: str, now: dt.datetime) -> None:
    for start in range(0, len(held), CHUNK):
        doubtful = [
            Answer(pk, attempt, Outcome.AMBIGUOUS, code=code, words="The sender was stopped")
            for pk, attempt in held[start : start + CHUNK]
        ]
        answers.record(carrier.pk, doubtful, now=now)


def _queue_again(held: Held, now: dt.datetime, *, counts: bool) -> None:
    """They never left. One that was in hand at three crashes may have caused them."""
    if not held:
        return
    log.warning("%d texts never left: queued again", len(held))
    sending = Message.objects.filter(state=State.SENDING)
    swept = Message.objects.filter(state=State.UNKNOWN)  # the sweep has counted the loss
    lost = int(counts)
    with transaction.atomic():
        queued = _move(
            sending.filter(lease_losses__lt=MOST_LEASES_LOST - lost),
            held,
            state=State.QUEUED,
            lease_losses=F("lease_losses") + lost,
        )
        innocent = swept.filter(lease_losses__lt=MOST_LEASES_LOST)
        queued += _move(innocent, held, state=State.QUEUED, maybe_sent=False)
        poison = _move(sending.filter(maybe_sent=False), held, **POISON, final_at=now)
        poison += _move(swept, held, **POISON, final_at=now, maybe_sent=False)
        reopen(queued)
        overrule([*queued, *poison])
        touch([*queued, *poison], now)
        not_sent_after_all(poison)


POISON = {
    "state": State.FAILED,
    "reason": "poison",
    "why": "sending it stopped the sender three times",
}


def _move(guarded: QuerySet, held: Held, **same: object) -> list[int]:
    return update_many(guarded, held, [], match=["attempt_count"], lease_until=None, **same)
