"""What a carrier answered, applied in batches. Each move is one UPDATE that guards itself: the
state it comes from, and the attempt that the answer is for.
"""

import datetime as dt
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, QuerySet

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import late
from messaging.sending.engine.marks import not_sent_after_all, story, times_refused, touch
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.lib.db import update_many
from smsportal.lib.words import clock

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (30, 120, 600, 1800, 3600)  # then hourly, until the text is no longer valid
JITTER = 0.2
LINE_DOWN = dt.timedelta(seconds=2)
MOST_ATTEMPTS = 8

Rows = list[tuple]


def record(carrier_id: int, answers: Iterable[Answer], *, now: dt.datetime) -> None:
    """Apply answers to texts that are in hand; hand those that come too late to `late`."""
    by_outcome: dict[Outcome, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_outcome[answer.outcome].append(answer)
    with transaction.atomic():
        for outcome, group in by_outcome.items():
            changed = set(APPLY[outcome](carrier_id, group, now))
            touch(changed, now)
            overtaken = [answer for answer in group if answer.message_id not in changed]
            if overtaken:
                late.record(carrier_id, overtaken, now=now)


def _in_hand() -> QuerySet:
    return Message.objects.filter(state=State.SENDING)


def _move(guarded: QuerySet, rows: Rows, columns: Sequence[str], **same: object) -> list[int]:
    return update_many(guarded, rows, columns, match=["attempt_count"], lease_until=None, **same)


def _accepted(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    rows = [(a.message_id, a.attempt, a.carrier_ref or None) for a in answers]
    return _move(
        _in_hand(),
        rows,
        ["carrier_ref"],
        state=State.SUBMITTED,
        accepted_at=now,
        accepted_part_count=F("part_count"),
        reason="",
    )


def _refused(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """For good. A text that may have gone out on an earlier attempt is not "not sent"."""
    rows = [(a.message_id, a.attempt, a.code or "refused", _why(a)) for a in answers]
    columns = ["reason", "why"]
    failed = _move(
        _in_hand().filter(maybe_sent=False), rows, columns, state=State.FAILED, final_at=now
    )
    touch(failed, now)
    not_sent_after_all(failed)
    doubtful = _move(_in_hand().filter(maybe_sent=True), rows, columns, state=State.UNKNOWN)
    story(carrier_id, answers, {*failed, *doubtful}, "rejected", now)
    return failed + doubtful


def _why(answer: Answer) -> str:
    return answer.words or "the network refused it"


def _not_sent(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """For now: it waits longer each time, and fails when its attempts are spent."""
    before = times_refused(a.message_id for a in answers)
    spent = [a for a in answers if before.get(a.message_id, 0) + 1 >= MOST_ATTEMPTS]
    again = [a for a in answers if before.get(a.message_id, 0) + 1 < MOST_ATTEMPTS]
    rows = []
    for answer in again:
        next_at = now + back_off(before.get(answer.message_id, 0))
        why = f"the network is busy, next try at {clock(next_at)}"
        rows.append((answer.message_id, answer.attempt, next_at, why))
    changed = _move(_in_hand(), rows, ["next_at", "why"], state=State.QUEUED)
    story(carrier_id, again, set(changed), "rejected", now)
    return changed + _refused(carrier_id, spent, now)


def back_off(times_before: int) -> dt.timedelta:
    seconds = BACK_OFF_SECONDS[min(times_before, len(BACK_OFF_SECONDS) - 1)]
    return dt.timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))


def _throttled(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """The whole connection was too fast: the text itself is innocent, and stays first in line."""
    rows = [(a.message_id, a.attempt) for a in answers]
    return _move(_in_hand(), rows, [], state=State.QUEUED)


def _not_tried(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """The line was down: no attempt, and nothing to count against the text."""
    rows = [(a.message_id, a.attempt, a.words) for a in answers]
    return _move(_in_hand(), rows, ["why"], state=State.QUEUED, next_at=now + LINE_DOWN)


def _ambiguous(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    rows = [(a.message_id, a.attempt) for a in answers]
    changed = _move(_in_hand(), rows, [], state=State.UNKNOWN, maybe_sent=True)
    story(carrier_id, answers, set(changed), "ambiguous", now)
    return changed


APPLY = {
    Outcome.ACCEPTED: _accepted,
    Outcome.REFUSED: _refused,
    Outcome.NOT_SENT: _not_sent,
    Outcome.THROTTLED: _throttled,
    Outcome.NOT_TRIED: _not_tried,
    Outcome.AMBIGUOUS: _ambiguous,
}
