"""Taking waiting texts in hand: by lane, and fairly between departments."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from messaging.carriers.base import OutgoingText, reference_of
from messaging.carriers.models import Carrier
from messaging.sending.engine import router
from messaging.sending.models import Batch, Message
from messaging.sending.queries import halt
from messaging.sending.states import BatchState, Lane, State
from smsportal.lib.db import CountOf, claim_shares

LEASE = dt.timedelta(seconds=60)
KEPT_FREE = 0.2  # of the window, for what cannot wait behind bulk
# Of the window: for less room than this no bulk is claimed. A claim, a line in the journal and a
# commit cost the same for five texts and for five hundred.
WORTH_A_CLAIM = 0.25
MOST_BATCHES = 500  # looked at for one claim; what is claimed of them makes room for the others


def take(
    carrier: Carrier, free: int, *, now: dt.datetime, most: int = 500, turn: int = 0
) -> list[OutgoingText]:
    """Claim up to `most` of the `free` places in `carrier`'s window, for higher lanes first.

    The claim is the mark of being in flight: nothing is claimed that is not sent at once. turn: a
    number that grows, so that another department comes first each time. Batches that are paused
    or stopped are left alone, and all are while there is a halt; what is in hand is finished.
    """
    ready = _ready(carrier, now)
    waiting = _waiting(ready, most) if halt() is None else []
    claimed: list[int] = []
    with transaction.atomic():
        for lane in Lane:
            room = free - len(claimed)
            if lane == Lane.BULK:
                room -= int(carrier.window * KEPT_FREE)
                if room < carrier.window * WORTH_A_CLAIM:
                    continue
            shares = fair_shares(
                [each for each in waiting if each.lane == lane],
                room=min(most - len(claimed), room),
                turn=turn,
            )
            if shares:
                claimed += _take_shares(ready, shares, carrier, now)
    return in_hand(claimed) if claimed else []


def _ready(carrier: Carrier, now: dt.datetime) -> QuerySet:
    texts = router.for_carrier(carrier).filter(next_at__lte=now, valid_until__gt=now)
    return texts.order_by("next_at", "id")


class Waiting(NamedTuple):
    """How many texts of one batch could go now."""

    batch_id: int
    lane: int
    department_id: int
    text_count: int


def _waiting(ready: QuerySet, most: int) -> list[Waiting]:
    """What runs and has something to send: one short walk in an index for each.

    The oldest of every department, then the second of each, so that nobody's many small messages
    stand in front of another department.
    """
    theirs = ready.filter(batch_id=OuterRef("pk")).values("pk")
    runs = Batch.objects.filter(
        state=BatchState.RUNNING,
        department__frozen_at__isnull=True,
        department__closed_at__isnull=True,
    )
    counted = runs.annotate(text_count=CountOf(theirs[:most])).filter(text_count__gt=0)
    rank = Window(RowNumber(), partition_by=["lane", "department_id"], order_by="pk")
    rows = counted.order_by("lane", rank, "pk").values_list(
        "pk", "lane", "department_id", "text_count"
    )
    return [Waiting(*row) for row in rows[:MOST_BATCHES]]


def fair_shares(waiting: Sequence[Waiting], *, room: int, turn: int = 0) -> dict[int, int]:
    """How many texts of each batch to take: as many for each department, while it has any.

    What one does not need is shared by the others; those that come first in this turn get what
    does not divide. Within a department the batch that was first goes first.
    """
    wants = Counter[int]()
    for each in waiting:
        wants[each.department_id] += each.text_count
    departments = sorted(wants)
    start = turn % len(departments) if departments else 0
    gets = Counter[int]()
    still = departments[start:] + departments[:start]
    while still and room > 0:
        share = max(1, room // len(still))
        for department_id in still[:room]:
            more = min(share, wants[department_id] - gets[department_id])
            gets[department_id] += more
            room -= more
        still = [each for each in still if gets[each] < wants[each]]
    shares = {}
    for each in waiting:
        share = min(each.text_count, gets[each.department_id])
        gets[each.department_id] -= share
        if share:
            shares[each.batch_id] = share
    return shares


def _take_shares(
    ready: QuerySet, shares: dict[int, int], carrier: Carrier, now: dt.datetime
) -> list[int]:
    """The batch is asked once more: it may have been stopped since it was looked at."""
    runs = Batch.objects.filter(pk=OuterRef("batch_id"), state=BatchState.RUNNING)
    return claim_shares(
        ready.filter(Exists(runs)),
        "batch_id",
        shares,
        state=State.SENDING,
        carrier=carrier.pk,
        lease_until=now + LEASE,
        attempt_count=F("attempt_count") + 1,
        why="",
    )


def in_hand(ids: Iterable[int]) -> list[OutgoingText]:
    """The claimed texts as a carrier needs them, in the order they were asked for."""
    rows = Message.objects.filter(pk__in=list(ids)).order_by("lane", "next_at", "id")
    fields = ("id", "attempt_count", "uid", "number", "body", "part_count", "valid_until")
    texts = list(rows.values_list(*fields, "batch_id"))
    batches = {
        pk: (sender, body)
        for pk, sender, body in Batch.objects.filter(
            pk__in={text[-1] for text in texts}
        ).values_list("pk", "sender", "body")
    }
    return [
        OutgoingText(
            pk, attempt, reference_of(uid), number, *_said(batches[batch], body), parts, until
        )
        for pk, attempt, uid, number, body, parts, until, batch in texts
    ]


def _said(batch: tuple[str, str], body: str) -> tuple[str, str]:
    sender, same_for_all = batch
    return sender, body or same_for_all
