"""After a crash: what the journal knows of the texts that a sender had in hand."""

import datetime as dt
import logging
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q, QuerySet

from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier
from messaging.sending.engine import answers, carrier_tests
from messaging.sending.engine.doubt import MOST_LEASES_LOST
from messaging.sending.engine.journal import Key, Past
from messaging.sending.engine.marks import (
    LEASE_OVER,
    WITHOUT_DOUBT,
    not_sent_after_all,
    overrule,
    reopen,
    touch,
)
from messaging.sending.models import Attempt, Message
from messaging.sending.states import State, Treated
from messaging.text import refusals
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
    carrier_tests.recover(carrier, past, now=now, but=but)
    held = [key for key in _held(carrier) if key not in but]
    decided = [key for key in _decided(carrier, held) if key not in but]
    if not past.is_whole:
        _say(carrier, [*held, *decided], Outcome.AMBIGUOUS, "no_journal", now)
        return
    told = {key: past.answers[key] for key in [*held, *decided] if key in past.answers}
    for start in range(0, len(told), CHUNK):
        answers.record(carrier.pk, list(told.values())[start : start + CHUNK], now=now)
    doubtful = [key for key in [*held, *decided] if key in past.about and key not in told]
    _say(carrier, doubtful, Outcome.AMBIGUOUS, "no_answer", now)
    never_left = [key for key in decided if key not in past.about and key not in told]
    _say(carrier, never_left, Outcome.NOT_TRIED, "never_left", now)
    left = [key for key in held if key not in past.about and key not in told]
    _queue_again(left, now, counts=after_crash)


def _held(carrier: Carrier) -> Held:
    """Those in hand, and those whose lease a sweep has ended meanwhile."""
    swept = Q(
        state=State.UNKNOWN,
        attempts__code=LEASE_OVER,
        attempts__number=F("attempt_count"),
        attempts__is_overruled=False,
    )
    texts = Message.objects.filter(Q(state=State.SENDING) | swept, carrier=carrier).distinct()
    return list(texts.order_by("pk").values_list("pk", "attempt_count"))


def _decided(carrier: Carrier, held: Held) -> Held:
    """Earlier attempts that a sweep ended, where somebody decided before the journal was asked."""
    goes_on = Q(message__state__in=[State.QUEUED, State.SENDING, State.UNKNOWN], is_overruled=False)
    treated = Q(message__state=State.FAILED, message__reason=Treated.NOT_SENT)
    lines = Attempt.objects.filter(goes_on | treated, carrier=carrier, code=LEASE_OVER)
    known = set(held)
    keys = lines.order_by("pk").values_list("message_id", "number")
    return [key for key in keys if key not in known]


def _say(carrier: Carrier, keys: Held, outcome: Outcome, code: str, now: dt.datetime) -> None:
    words = "The sender was stopped"
    told = [Answer(*key, outcome, code=code, words=words) for key in keys]
    for start in range(0, len(told), CHUNK):
        answers.record(carrier.pk, told[start : start + CHUNK], now=now)


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
        poison = _move(sending.filter(maybe_sent=False), held, **POISON, final_at=now)
        doubtful = _move(sending.filter(maybe_sent=True), held, **POISON_IN_DOUBT)
        clear, doubted = overrule(set(held))
        innocent = swept.filter(lease_losses__lt=MOST_LEASES_LOST)
        sure = [key for key in held if key[0] in clear]
        queued += _move(innocent, sure, state=State.QUEUED, **WITHOUT_DOUBT)
        poison += _move(swept, sure, **POISON, final_at=now, **WITHOUT_DOUBT)
        # An earlier copy is in doubt still, and somebody let this one go all the same.
        unsure = [key for key in held if key[0] in doubted]
        queued += _move(innocent, unsure, state=State.QUEUED)
        doubtful += _move(swept, unsure, **POISON_IN_DOUBT)
        reopen(queued)
        touch([*queued, *poison, *doubtful], now)
        not_sent_after_all(poison)


_WHY_POISON = {"reason": "poison", "why": refusals.POISON}
POISON = {"state": State.FAILED, **_WHY_POISON}
POISON_IN_DOUBT = {"state": State.UNKNOWN, **_WHY_POISON}


def _move(guarded: QuerySet, held: Held, **same: object) -> list[int]:
    return update_many(guarded, held, [], match=["attempt_count"], lease_until=None, **same)
