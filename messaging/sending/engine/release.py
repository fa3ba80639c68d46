"""When its time has come a batch is let go; one that is cancelled or stopped is dropped."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.senders.models import OptOut
from messaging.sending.engine import allowances
from messaging.sending.engine.marks import touch
from messaging.sending.models import GOING, WAITING, Batch, Message
from messaging.sending.states import STOPPED, BatchState, State
from smsportal.lib import db

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
    ).order_by("lane", "send_at")
    for batch in due[:200]:
        _start(batch, now=now)
    # Paused ones too: their texts wait in line like all others, and grow too old there.
    started = Batch.objects.filter(state__in=GOING, released_at=None)
    return sum(_release(batch, now=now) for batch in started.order_by("lane", "pk")[:200])


def _start(batch: Batch, *, now: dt.datetime) -> None:
    """Whoever opted out since it was accepted is not texted, and not charged for."""
    opted_out = list(_opted_out(batch).values_list("pk", flat=True))  # read before the lock
    gone = {"state": State.CANCELLED, "reason": "opted_out", "final_at": now}
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, state__in=WAITING).update(
            state=BatchState.RUNNING, started_at=now, changed_at=now
        ):
            return
        for start in range(0, len(opted_out), db.CHUNK):
            theirs = _opted_out(batch).filter(pk__in=opted_out[start : start + db.CHUNK])
            allowances.give_back(db.claim(theirs, db.CHUNK, **gone))


def _opted_out(batch: Batch) -> QuerySet:
    standing = OptOut.objects.filter(
        Q(department_id=batch.department_id) | Q(department__isnull=True),
        number=OuterRef("number"),
        lifted_at=None,
    )
    return Message.objects.filter(Exists(standing), batch=batch, state__in=STILL_WAITS)


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
