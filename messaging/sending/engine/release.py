"""When its time has come a batch is let go; one that is cancelled or stopped is dropped."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.senders.models import OptOut
from messaging.sending.engine import allowances
from messaging.sending.engine.marks import touch
from messaging.sending.models import GOING, WAITING, Batch, Message
from messaging.sending.states import STOPPED, BatchState, Lane, State
from smsportal.lib import db

AT_ONCE = 200  # batches in one round
STILL_WAITS = [State.SCHEDULED, State.QUEUED]


def release_due(*, now: dt.datetime) -> int:
    """Start every batch that is due; any number of releasers at once is safe.

    Answers how many scheduled texts became `queued`; those of a message that was sent at once are
    that from the start. A crash half-way is gone on with by the next call.
    """
    due = Batch.objects.filter(
        state__in=WAITING,
        expanded_at__isnull=False,
        send_at__lte=now,
        department__closed_at__isnull=True,
    )
    _start(list(due.filter(lane=Lane.EMERGENCY).values_list("pk", flat=True)[:AT_ONCE]), now=now)
    _start_without_opted_out(due, now=now)
    return _release_started(now=now)


def start(batch: Batch, *, now: dt.datetime) -> None:
    """Let one go without waiting for the next round: its texts are made, and in line."""
    Batch.objects.filter(pk=batch.pk, state=BatchState.HELD).update(
        state=BatchState.RUNNING, started_at=now, released_at=now, changed_at=now
    )


def _start(batch_ids: Collection[int], *, now: dt.datetime) -> list[int]:
    """All at one stroke: on the hour, hundreds of departments have something that is due."""
    waits = Batch.objects.filter(pk__in=batch_ids, state__in=WAITING).order_by("pk")
    goes = {"state": BatchState.RUNNING, "started_at": now, "changed_at": now}
    return db.claim(waits, len(batch_ids), **goes) if batch_ids else []


def _start_without_opted_out(due: QuerySet, *, now: dt.datetime) -> None:
    """Whoever opted out since it was accepted is not texted, and not charged for."""
    first = due.order_by("lane", "send_at").values_list("pk", flat=True)
    waiting = list(first[:AT_ONCE])
    opted_out: dict[int, list[int]] = {}  # read before the lock
    for batch_id, pk in _opted_out(waiting).values_list("batch_id", "pk"):
        opted_out.setdefault(batch_id, []).append(pk)
    _start([pk for pk in waiting if pk not in opted_out], now=now)
    gone = {"state": State.CANCELLED, "reason": "opted_out", "final_at": now}
    for batch_id, texts in opted_out.items():
        with transaction.atomic():
            if not _start([batch_id], now=now):
                continue
            for start in range(0, len(texts), db.CHUNK):
                theirs = _opted_out([batch_id]).filter(pk__in=texts[start : start + db.CHUNK])
                allowances.give_back(db.claim(theirs, db.CHUNK, **gone))


def _opted_out(batch_ids: Collection[int]) -> QuerySet:
    standing = OptOut.objects.filter(
        Q(department_id=OuterRef("department_id")) | Q(department__isnull=True),
        number=OuterRef("number"),
        lifted_at=None,
    )
    theirs = Message.objects.filter(batch__in=batch_ids, state__in=STILL_WAITS)
    return theirs.filter(Exists(standing)).exclude(lane=Lane.EMERGENCY)


def _release_started(*, now: dt.datetime) -> int:
    """Paused ones too: their texts wait in line like all others, and grow too old there."""
    theirs = Message.objects.filter(batch_id=OuterRef("pk"), state=State.SCHEDULED)
    started = Batch.objects.filter(state__in=GOING, released_at=None)
    done = started.exclude(Exists(theirs)).order_by("pk")
    db.claim(done, AT_ONCE, released_at=now, changed_at=now)
    left = started.filter(Exists(theirs)).order_by("lane", "pk")
    return sum(_release(batch, now=now) for batch in left[:AT_ONCE])


def _release(batch: Batch, *, now: dt.datetime) -> int:
    goes_on = Batch.objects.filter(pk=OuterRef("batch_id"), state__in=GOING)
    scheduled = Message.objects.filter(Exists(goes_on), batch=batch, state=State.SCHEDULED)
    first = scheduled.order_by("next_at", "pk")
    released = 0
    while ids := db.claim(first, db.CHUNK, state=State.QUEUED, next_at=now):
        released += len(ids)
    Batch.objects.filter(pk=batch.pk, state__in=GOING).update(released_at=now, changed_at=now)
    return released


def drop_cancelled(batch: Batch, *, now: dt.datetime, limit: int | None = None) -> int:
    """Cancel what still waits of a cancelled batch; answers how many texts that was."""
    waits = Message.objects.filter(batch=batch, state__in=STILL_WAITS)
    dropped = 0
    while ids := db.claim(waits, db.CHUNK, state=State.CANCELLED, final_at=now):
        dropped += len(ids)
        if limit is not None and dropped >= limit:
            break
    Batch.objects.filter(pk=batch.pk).update(changed_at=now)
    return dropped


def drop_all_cancelled(*, now: dt.datetime) -> int:
    """The sweep behind `drop_cancelled`: nothing of a cancelled batch goes on waiting."""
    waits = Message.objects.filter(batch_id=OuterRef("pk"), state__in=STILL_WAITS)
    left = Batch.objects.filter(
        Exists(waits), state=BatchState.CANCELLED, finished_at__gt=now - dt.timedelta(days=1)
    )
    return sum(drop_cancelled(batch, now=now) for batch in left[:20])


def drop_stopped(batch: Batch, *, now: dt.datetime, limit: int | None = None) -> int:
    """Cancel what still waits of a stopped batch and give its parts back; answers how many.

    Again and again, until nothing comes back any more from the sender that had it in hand. What
    may have been sent is never said not to be: it is in doubt.
    """
    is_stopped = Batch.objects.filter(pk=OuterRef("batch_id"), state=BatchState.STOPPED)
    waits = Message.objects.filter(Exists(is_stopped), batch=batch, state__in=STILL_WAITS)
    gone = {"state": State.CANCELLED, "reason": STOPPED, "why": "", "final_at": now}
    dropped = 0
    while limit is None or dropped < limit:
        with transaction.atomic():
            ids = db.claim(waits.filter(maybe_sent=False), db.CHUNK, **gone)
            doubtful = db.claim(waits.filter(maybe_sent=True), db.CHUNK, state=State.UNKNOWN)
            touch([*ids, *doubtful], now)
            allowances.give_back(ids)
        dropped += len(ids)
        if not ids and not doubtful:
            break
    return dropped


def drop_all_stopped(*, now: dt.datetime) -> int:
    """The sweep behind `drop_stopped`: whatever moves a text stamps its batch."""
    waits = Message.objects.filter(batch_id=OuterRef("pk"), state__in=STILL_WAITS)
    left = Batch.objects.filter(
        Exists(waits), state=BatchState.STOPPED, changed_at__gt=now - dt.timedelta(days=1)
    )
    return sum(drop_stopped(batch, now=now) for batch in left[:20])
