"""Answers that come after the text has moved on: a sweep or a newer attempt was first."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine.marks import (
    not_sent_after_all,
    overrule,
    reopen,
    still_in_doubt,
    story,
    touch,
)
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.lib.db import update_many

log = logging.getLogger(__name__)

# Evidence that a text went out overtakes these; the first two only if it may have been sent.
OPEN = Q(state__in=[State.QUEUED, State.SENDING], maybe_sent=True) | Q(
    state__in=[State.UNKNOWN, State.UNCONFIRMED]
)

NOT_GONE = (Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.NOT_TRIED)


def record(carrier_id: int, answers: Iterable[Answer], *, now: dt.datetime) -> None:
    """Call inside the transaction of the answers that were in time."""
    answers = list(answers)
    accepted = [a for a in answers if a.outcome == Outcome.ACCEPTED]
    _accepted(carrier_id, accepted, now)
    # Only the answer to the last attempt can say that a text was not sent after all.
    refused = [a for a in answers if a.outcome == Outcome.REFUSED]
    failed = _settle(refused, state=State.FAILED, final_at=now)
    touch(failed, now)
    not_sent_after_all(failed)
    again = [a for a in answers if a.outcome in NOT_GONE]
    queued = _settle(again, state=State.QUEUED, next_at=now)
    reopen(queued)
    overrule([*failed, *queued])
    story(carrier_id, refused, set(failed), "rejected", now)
    story(carrier_id, again, set(queued), "not_sent", now)
    touch([*failed, *queued], now)
    still_in_doubt([a for a in answers if a.outcome == Outcome.AMBIGUOUS])


def _settle(answers: list[Answer], **same: object) -> list[int]:
    rows = [(a.message_id, a.attempt, a.code, a.words[:200]) for a in answers]
    doubted = Message.objects.filter(state=State.UNKNOWN)
    return update_many(
        doubted, rows, ["reason", "why"], match=["attempt_count"], maybe_sent=False, **same
    )


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
    story(carrier_id, answers, set(changed), "accepted", now)
    touch(changed, now)
    left = [answer for answer in answers if answer.message_id not in changed]
    _notice_contradictions(carrier_id, left, now)


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
    """A second acceptance, or one of a text that counts as not sent, is kept and shouted about."""
    known = {
        pk: (state, ref)
        for pk, state, ref in _rows(answers).values_list("pk", "state", "carrier_ref")
    }
    against = {a.message_id for a in answers if known[a.message_id][1] != a.carrier_ref}
    for answer in answers:
        if answer.message_id in against:
            log.error(
                "text %s was accepted as %s, but is %s",
                answer.message_id,
                answer.carrier_ref,
                known[answer.message_id],
            )
    story(carrier_id, answers, against, "accepted", now)


def _rows(answers: list[Answer]) -> QuerySet:
    return Message.objects.filter(pk__in=[answer.message_id for answer in answers])
