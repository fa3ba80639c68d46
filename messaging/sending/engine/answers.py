"""What a carrier answered, applied in batches. Each move is one UPDATE that guards itself: the
state it comes from, and the attempt that the answer is for.
"""

import datetime as dt
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import carrier_tests, failover, late, parts
from messaging.sending.engine.marks import (
    IN_DOUBT,
    not_sent_after_all,
    story,
    times_refused,
    touch,
)
from messaging.sending.models import Message
from messaging.sending.states import Phase, State, Undelivered
from messaging.text import refusals
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
    answers = list(answers)
    try:
        _record(carrier_id, answers, now=now)
    except IntegrityError:
        _record(carrier_id, _with_refs_of_their_own(carrier_id, answers), now=now)


def _with_refs_of_their_own(carrier_id: int, answers: list[Answer]) -> list[Answer]:
    """A carrier that names two texts alike has taken both: the later one goes without a name."""
    refs = [answer.carrier_ref for answer in answers if answer.carrier_ref]
    theirs = Message.objects.filter(carrier_id=carrier_id, carrier_ref__in=refs)
    owners = dict(theirs.values_list("carrier_ref", "pk"))
    kept = []
    for answer in answers:
        ref = answer.carrier_ref
        if ref and owners.setdefault(ref, answer.message_id) != answer.message_id:
            log.error("the carrier names text %s as it named another", answer.message_id)
            answer = replace(answer, carrier_ref="")
        kept.append(answer)
    return kept


def _record(carrier_id: int, answers: list[Answer], *, now: dt.datetime) -> None:
    by_outcome: dict[Outcome, list[Answer]] = defaultdict(list)
    for answer in carrier_tests.set_apart(carrier_id, answers, now=now):
        by_outcome[answer.outcome].append(answer)
    with transaction.atomic():
        for outcome, group in by_outcome.items():
            changed = set(APPLY[outcome](carrier_id, group, now))
            touch(changed, now)
            parts.keep(carrier_id, group, changed)
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


def _duplicate(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """Its carrier took it before, and has not sent it twice."""
    changed = _accepted(carrier_id, answers, now)
    story(carrier_id, answers, set(changed), Phase.DUPLICATE, now)
    return changed


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
    story(carrier_id, answers, {*failed, *doubtful}, Phase.REJECTED, now)
    return failed + doubtful


def _sender_refused(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """Another carrier may know this sender; where none is left, nobody does."""
    gone_on = failover.hand_on(carrier_id, answers, now)
    rest = [a for a in answers if a.message_id not in set(gone_on)]
    return gone_on + (_refused(carrier_id, rest, now) if rest else [])


def _why(answer: Answer) -> str:
    return answer.words or "the network refused it"


def _not_sent(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """For now: it waits longer each time, goes on to the next carrier of its path, and fails when
    its attempts are spent.
    """
    before = times_refused(a.message_id for a in answers)
    spent = [a for a in answers if before.get(a.message_id, 0) + 1 >= MOST_ATTEMPTS]
    again = [a for a in answers if before.get(a.message_id, 0) + 1 < MOST_ATTEMPTS]
    gone_on = failover.hand_on(carrier_id, failover.tired_of(carrier_id, again), now)
    again = [a for a in again if a.message_id not in set(gone_on)]
    rows = []
    for answer in again:
        next_at = now + back_off(before.get(answer.message_id, 0))
        why = f"the network is busy, next try at {clock(next_at)}"
        rows.append((answer.message_id, answer.attempt, next_at, why))
    changed = _move(_in_hand(), rows, ["next_at", "why"], state=State.QUEUED)
    story(carrier_id, again, set(changed), Phase.REJECTED, now)
    return gone_on + changed + _refused(carrier_id, spent, now)


def back_off(times_before: int) -> dt.timedelta:
    seconds = BACK_OFF_SECONDS[min(times_before, len(BACK_OFF_SECONDS) - 1)]
    return dt.timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))


def _throttled(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """The whole connection was too fast: the text itself is innocent, and stays first in line."""
    rows = [(a.message_id, a.attempt) for a in answers]
    return _move(_in_hand(), rows, [], state=State.QUEUED, why=refusals.SLOWER)


def _not_tried(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """The line was down: no attempt, and nothing to count against the text."""
    rows = [(a.message_id, a.attempt, a.words) for a in answers]
    return _move(_in_hand(), rows, ["why"], state=State.QUEUED, next_at=now + LINE_DOWN)


def _partly(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    """What went is charged, and the rest never goes. Of a text that may have gone out whole on an
    earlier attempt, nothing is known for sure.
    """
    rows = [(a.message_id, a.attempt, parts.taken_count(a), a.words[:200]) for a in answers]
    columns = ["accepted_part_count", "why"]
    ended = _move(
        _in_hand().filter(maybe_sent=False),
        rows,
        columns,
        state=State.UNDELIVERED,
        reason=Undelivered.PARTLY,
        accepted_at=now,
        final_at=now,
    )
    touch(ended, now)
    not_sent_after_all(ended)
    in_doubt = [(pk, attempt, why) for pk, attempt, _, why in rows]
    doubtful = _move(_in_hand().filter(maybe_sent=True), in_doubt, ["why"], state=State.UNKNOWN)
    story(carrier_id, answers, {*ended, *doubtful}, Phase.PARTLY, now)
    return ended + doubtful


def _ambiguous(carrier_id: int, answers: list[Answer], now: dt.datetime) -> list[int]:
    rows = [(a.message_id, a.attempt) for a in answers]
    changed = _move(_in_hand(), rows, [], **IN_DOUBT)
    story(carrier_id, answers, set(changed), Phase.AMBIGUOUS, now)
    return changed


APPLY = {
    Outcome.ACCEPTED: _accepted,
    Outcome.DUPLICATE: _duplicate,
    Outcome.REFUSED: _refused,
    Outcome.SENDER_REFUSED: _sender_refused,
    Outcome.NOT_SENT: _not_sent,
    Outcome.THROTTLED: _throttled,
    Outcome.NOT_TRIED: _not_tried,
    Outcome.AMBIGUOUS: _ambiguous,
    Outcome.PARTLY: _partly,
}
