"""Counting a batch's texts by state, so that no list ever counts a message."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q

from messaging.sending.models import GOING, Batch
from messaging.sending.queries import count
from messaging.sending.signals import batches_tallied
from messaging.sending.states import BatchState, State
from smsportal.lib import db

UNSENT = (State.SCHEDULED, State.QUEUED, State.SENDING)


def tally_changed(*, now: dt.datetime, limit: int = 500) -> list[int]:
    """Count again every batch that changed since it was counted, and answer which; finish those
    that are done.
    """
    changed = Batch.objects.filter(
        Q(tallied_at__isnull=True) | Q(tallied_at__lt=F("changed_at"))
    ).order_by("changed_at")[:limit]
    # What moves a text stamps the batch in the same transaction. Should that commit while we
    # count, its stamp is later than the one read here, and the batch is counted again.
    stamps = dict(changed.values_list("pk", "changed_at"))
    counts = count(list(stamps))
    rows = [
        (pk, dict(counts[pk].tally), counts[pk].charged_part_count, stamp)
        for pk, stamp in stamps.items()
    ]
    with transaction.atomic():
        db.update_many(Batch.objects.all(), rows, ["tally", "charged_part_count", "tallied_at"])
        batches_tallied.send(Batch, batch_ids=list(stamps))
    done = [pk for pk in stamps if not any(counts[pk].tally[s] for s in UNSENT)]
    _finish(done, now=now)
    return list(stamps)


def _finish(batch_ids: list[int], *, now: dt.datetime) -> None:
    """Nothing is left to send. Receipts may still come; the tally goes on."""
    Batch.objects.filter(pk__in=batch_ids, state__in=GOING, released_at__isnull=False).update(
        state=BatchState.FINISHED, finished_at=now
    )
