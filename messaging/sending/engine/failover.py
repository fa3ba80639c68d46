"""A text that was surely not sent by one carrier goes on to the next of its path."""

import datetime as dt
from collections.abc import Iterable, Sequence

from messaging.carriers.base import Answer
from messaging.routes.plan import rest_after
from messaging.sending.engine.marks import story
from messaging.sending.models import Attempt, Message
from messaging.sending.states import Phase, State
from smsportal.lib.db import update_many

AFTER_TIMES = 3  # that this carrier did not send it, for now


def tired_of(carrier_id: int, answers: Iterable[Answer]) -> list[Answer]:
    """Those that this carrier has not sent often enough to try another, this time counted."""
    answers = list(answers)
    before = Attempt.objects.filter(
        message_id__in=[answer.message_id for answer in answers],
        carrier_id=carrier_id,
        phase=Phase.REJECTED,
    )
    times: dict[int, int] = {}
    for pk in before.values_list("message_id", flat=True):
        times[pk] = times.get(pk, 0) + 1
    return [a for a in answers if times.get(a.message_id, 0) + 1 >= AFTER_TIMES]


def hand_on(carrier_id: int, answers: Sequence[Answer], now: dt.datetime) -> list[int]:
    """Answers which went back in line for the next carrier; the others have none. Never one that
    may have been sent: that stays with the carrier that had it.
    """
    texts = Message.objects.filter(pk__in=[a.message_id for a in answers], maybe_sent=False)
    rest = {pk: rest_after(path, carrier_id) for pk, path in texts.values_list("pk", "path")}
    rows = [
        (a.message_id, a.attempt, rest[a.message_id], f"{a.words}; another carrier takes it"[:200])
        for a in answers
        if rest.get(a.message_id)
    ]
    if not rows:
        return []
    in_hand = Message.objects.filter(state=State.SENDING)
    gone_on = update_many(
        in_hand,
        rows,
        ["path", "why"],
        match=["attempt_count"],
        lease_until=None,
        state=State.QUEUED,
        next_at=now,
    )
    story(carrier_id, answers, set(gone_on), Phase.REJECTED, now)
    return gone_on
