"""Counting a batch's texts by state, so that no list ever counts a message."""

import datetime as dt

from django.db.models import Count, F, Q, Sum

from messaging.sending.models import Batch, Message
from messaging.sending.states import BatchState, State, key_of
from smsportal.lib import db

UNSENT = (State.SCHEDULED, State.QUEUED, State.SENDING)


def tally_changed(*, now: dt.datetime, limit: int = 500) -> int:
    """Count again every batch that changed since it was counted; finish those that are done."""
    changed = Batch.objects.filter(
        Q(tallied_at__isnull=True) | Q(tallied_at__lt=F("changed_at"))
    ).order_by("changed_at")[:limit]
    # What moves a text stamps the batch in the same transaction. Should that commit while we
    # count, its stamp is later than the one read here, and the batch is counted again.
    stamps = dict(changed.values_list("pk", "changed_at"))
    counts = _count(list(stamps))
    rows = [(pk, counts[pk]["tally"], counts[pk]["charged"], stamp) for pk, stamp in stamps.items()]
    db.update_many(Batch.objects.all(), rows, ["tally", "charged_part_count", "tallied_at"])
    done = [pk for pk in stamps if not any(counts[pk]["tally"].get(s) for s in UNSENT)]
    _finish(done, now=now)
    return len(stamps)


def _count(batch_ids: list[int]) -> dict[int, dict]:
    counts: dict[int, dict] = {pk: {"tally": {}, "charged": 0} for pk in batch_ids}
    groups = (
        Message.objects.filter(batch_id__in=batch_ids)
        .values_list("batch_id", "state", "reason")
        .annotate(
            texts=Count("pk"),
            charged=Sum(
                "accepted_part_count",
                filter=Q(accepted_at__isnull=False, carrier__is_charging=True),
            ),
        )
    )
    for batch_id, state, reason, texts, charged in groups:
        entry = counts[batch_id]
        key = key_of(state, reason)
        entry["tally"][key] = entry["tally"].get(key, 0) + texts
        entry["charged"] += charged or 0
    return counts


def _finish(batch_ids: list[int], *, now: dt.datetime) -> None:
    """Nothing is left to send. Receipts may still come; the tally goes on."""
    Batch.objects.filter(
        pk__in=batch_ids, state=BatchState.RUNNING, released_at__isnull=False
    ).update(state=BatchState.FINISHED, finished_at=now)
