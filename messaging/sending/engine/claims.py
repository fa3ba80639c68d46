"""Taking waiting texts in hand: by lane, and fairly between departments."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.departments.models import Department
from messaging.carriers.base import OutgoingText, reference_of
from messaging.carriers.models import Carrier
from messaging.sending.engine import router
from messaging.sending.models import Batch, Message
from messaging.sending.queries import halt
from messaging.sending.states import BatchState, Lane, State
from smsportal.lib.db import claim_fairly

LEASE = dt.timedelta(seconds=60)
KEPT_FREE = 0.2  # of the window, for what cannot wait behind bulk
# Of the window: for less room than this no bulk is claimed. A claim, a line in the journal and a
# commit cost the same for five texts and for five hundred.
WORTH_A_CLAIM = 0.1
MOST_DEPARTMENTS = 200  # in one claim; the others come first in the next


def take(
    carrier: Carrier, free: int, *, now: dt.datetime, most: int = 500, turn: int = 0
) -> list[OutgoingText]:
    """Claim up to `most` of the `free` places in `carrier`'s window, for higher lanes first.

    The claim is the mark of being in flight: nothing is claimed that is not sent at once. turn: a
    number that grows, so that another department comes first each time. Batches that are paused
    or stopped are left alone, and all are while there is a halt; what is in hand is finished.
    """
    ready = _ready(carrier, now)
    waiting = _waiting_departments(ready) if halt() is None else {}
    claimed: list[int] = []
    with transaction.atomic():
        for lane, departments in waiting.items():
            room = free - len(claimed)
            if lane == Lane.BULK:
                room -= int(carrier.window * KEPT_FREE)
                if room < carrier.window * WORTH_A_CLAIM:
                    continue
            left = min(most - len(claimed), room)
            if left > 0 and departments:
                claimed += _take_lane(
                    ready.filter(lane=lane), departments, carrier, left, now, turn
                )
    return in_hand(claimed) if claimed else []


def _ready(carrier: Carrier, now: dt.datetime) -> QuerySet:
    runs = Batch.objects.filter(pk=OuterRef("batch_id"), state=BatchState.RUNNING)
    texts = router.for_carrier(carrier).filter(Exists(runs), next_at__lte=now, valid_until__gt=now)
    return texts.order_by("next_at", "id")


def _waiting_departments(ready: QuerySet) -> dict[Lane, list[int]]:
    """Who has something to send in each lane: one probe of an index for each."""
    theirs = ready.filter(department_id=OuterRef("pk")).order_by()
    lanes = {f"lane_{lane}": Exists(theirs.filter(lane=lane)) for lane in Lane}
    may_send = Department.objects.filter(frozen_at__isnull=True, closed_at__isnull=True)
    rows = list(may_send.annotate(**lanes).order_by("pk").values_list("pk", *lanes))
    return {lane: [row[0] for row in rows if row[1 + n]] for n, lane in enumerate(Lane)}


def _take_lane(
    ready: QuerySet,
    departments: list[int],
    carrier: Carrier,
    free: int,
    now: dt.datetime,
    turn: int,
) -> list[int]:
    start = turn % len(departments)
    departments = (departments[start:] + departments[:start])[: min(free, MOST_DEPARTMENTS)]
    return claim_fairly(
        ready,
        "department_id",
        departments,
        free // len(departments),
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
