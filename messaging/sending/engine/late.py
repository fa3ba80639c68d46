"""Answers that come after the text has moved on: a sweep, a newer attempt or a person was first."""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import parts
from messaging.sending.engine.marks import (
    WITHOUT_DOUBT,
    code_of,
    not_sent_after_all,
    overrule,
    reopen,
    still_in_doubt,
    story,
    touch,
)
from messaging.sending.models import Attempt, Message
from messaging.sending.states import Phase, State, Treated, Undelivered
from smsportal.lib.db import update_many

log = logging.getLogger(__name__)

# Evidence that a text went out overtakes these; the first two only if it may have been sent.
OPEN = Q(state__in=[State.QUEUED, State.SENDING], maybe_sent=True) | Q(
    state__in=[State.UNKNOWN, State.UNCONFIRMED]
)

TAKEN = {Outcome.ACCEPTED: Phase.ACCEPTED, Outcome.DUPLICATE: Phase.DUPLICATE}
FOR_GOOD = (Outcome.REFUSED, Outcome.SENDER_REFUSED)
NOT_GONE = (Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.NOT_TRIED)


def record(carrier_id: int, answers: Iterable[Answer], *, now: dt.datetime) -> None:
    """Call inside the transaction of the answers that were in time."""
    answers = list(answers)
    _accepted(carrier_id, [a for a in answers if a.outcome in TAKEN], now)
    refused = [a for a in answers if a.outcome in FOR_GOOD]
    again = [a for a in answers if a.outcome in NOT_GONE]
    _not_gone(carrier_id, refused, now, Phase.REJECTED, state=State.FAILED, final_at=now)
    _partly(carrier_id, [a for a in answers if a.outcome == Outcome.PARTLY], now)
    _not_gone(carrier_id, again, now, Phase.NOT_SENT, state=State.QUEUED, next_at=now)
    still_in_doubt([a for a in answers if a.outcome == Outcome.AMBIGUOUS])


def _not_gone(
    carrier_id: int, answers: list[Answer], now: dt.datetime, phase: Phase, **becomes: Any
) -> None:
    """A doubt less. Only where it was the last one is the text surely not sent."""
    clear, doubted = overrule({(a.message_id, a.attempt) for a in answers})
    if not clear and not doubted:
        return
    unknown = Message.objects.filter(state=State.UNKNOWN)
    rows = [(a.message_id, a.code, a.words[:200]) for a in answers if a.message_id in clear]
    settled = update_many(unknown, rows, ["reason", "why"], **WITHOUT_DOUBT, **becomes)
    line = Message.objects.filter(pk__in=clear, state__in=[State.QUEUED, State.SENDING])
    line.update(**WITHOUT_DOUBT)
    if becomes["state"] == State.QUEUED:
        # Whoever let this attempt go, although it might arrive twice, meant one that goes.
        last = [(a.message_id, a.attempt) for a in answers if a.message_id in doubted]
        settled += update_many(unknown, last, [], match=["attempt_count"], **becomes)
        reopen(settled)
    story(carrier_id, answers, clear | doubted, phase, now)
    touch(settled, now)
    if becomes["state"] == State.FAILED:
        not_sent_after_all(settled)


def _partly(carrier_id: int, answers: list[Answer], now: dt.datetime) -> None:
    """The part in doubt was taken, or refused, and those after it never left. Of a text that was
    in doubt before this attempt, too, nothing is known for sure.
    """
    before = Attempt.objects.filter(
        message_id__in=[a.message_id for a in answers], phase=Phase.AMBIGUOUS, is_overruled=False
    )
    earlier = set(before.values_list("message_id", "number"))
    sure = [
        a
        for a in answers
        if not any(pk == a.message_id and number < a.attempt for pk, number in earlier)
    ]
    rows = [(a.message_id, a.attempt, parts.taken_count(a), a.words[:200]) for a in sure]
    doubted = Message.objects.filter(state=State.UNKNOWN, accepted_at__isnull=True)
    ended = update_many(
        doubted,
        rows,
        ["accepted_part_count", "why"],
        match=["attempt_count"],
        state=State.UNDELIVERED,
        reason=Undelivered.PARTLY,
        accepted_at=now,
        final_at=now,
    )
    touch(ended, now)
    not_sent_after_all(ended)
    parts.put_right(carrier_id, answers, set(ended))
    story(carrier_id, answers, set(ended), Phase.PARTLY, now)


def _accepted(carrier_id: int, answers: list[Answer], now: dt.datetime) -> None:
    if not answers:
        return
    rows = [(a.message_id, a.carrier_ref or None) for a in answers]
    changed = update_many(
        Message.objects.filter(OPEN),
        rows,
        ["carrier_ref"],
        # An answer is not a report: where none came in time, none has come now.
        state=Case(When(state=State.UNCONFIRMED, then=F("state")), default=Value(State.SUBMITTED)),
        carrier=carrier_id,
        lease_until=None,
        **taken(now),
    )
    parts.put_right(carrier_id, answers, set(changed))
    for outcome, phase in TAKEN.items():
        told = [answer for answer in answers if answer.outcome == outcome]
        story(carrier_id, told, set(changed), phase, now)
    changed += _treated(carrier_id, answers, now)
    touch(changed, now)
    left = [answer for answer in answers if answer.message_id not in changed]
    _notice_contradictions(carrier_id, _named(carrier_id, left), now)


def _treated(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """Somebody had decided that they were not sent. That stays, uncharged; the page says both."""
    decided = Message.objects.filter(state=State.FAILED, reason=Treated.NOT_SENT)
    rows = [(a.message_id, a.carrier_ref or None) for a in answers]
    changed = update_many(decided, rows, ["carrier_ref"], reason=Treated.TAKEN)
    story(carrier_id, answers, set(changed), Phase.ACCEPTED, now, is_overruled=True)
    return changed


def _named(carrier_id: int, answers: list[Answer]) -> list[Answer]:
    """Those left over once texts that were taken under no name have the one that comes now."""
    rows = [(a.message_id, a.carrier_ref) for a in answers if a.carrier_ref]
    unnamed = Message.objects.filter(
        carrier_id=carrier_id, accepted_at__isnull=False, carrier_ref__isnull=True
    )
    named = update_many(unnamed, rows, ["carrier_ref"])
    return [answer for answer in answers if answer.message_id not in named]


def taken(now: dt.datetime) -> dict:
    """What evidence that the carrier took a text sets: the charge, once."""
    return {
        "accepted_at": Coalesce(F("accepted_at"), now),
        "accepted_part_count": Case(
            When(accepted_at__isnull=True, then=F("part_count")),
            default=F("accepted_part_count"),
        ),
    }


def _notice_contradictions(carrier_id: int, answers: list[Answer], now: dt.datetime) -> None:
    """A second acceptance, or one of a text that counts as not sent, is kept, once, and shouted
    about where nobody had allowed it. That the carrier had it already contradicts nothing.
    """
    answers = [a for a in answers if a.outcome == Outcome.ACCEPTED]
    fields = ("pk", "state", "carrier_ref")
    known = {pk: (state, ref) for pk, state, ref in _rows(answers).values_list(*fields)}
    against = {
        a.message_id for a in answers if known[a.message_id][1] != (a.carrier_ref or None)
    } - _told(answers)
    granted = Attempt.objects.filter(message_id__in=against, phase=Phase.GRANTED)
    allowed = set(granted.values_list("message_id", flat=True))
    for answer in answers:
        if answer.message_id in against - allowed:
            log.error(
                "text %s was accepted as %s, but is %s",
                answer.message_id,
                answer.carrier_ref,
                known[answer.message_id],
            )
    story(carrier_id, answers, against, Phase.ACCEPTED, now)


def _told(answers: list[Answer]) -> set[int]:
    """Those whose second acceptance is in their story already."""
    told = Attempt.objects.filter(message__in=_rows(answers), phase=Phase.ACCEPTED)
    known = set(told.values_list("message_id", "code"))
    return {a.message_id for a in answers if (a.message_id, code_of(a, Phase.ACCEPTED)) in known}


def _rows(answers: list[Answer]) -> QuerySet:
    return Message.objects.filter(pk__in=[answer.message_id for answer in answers])
