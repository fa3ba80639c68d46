"""Taking waiting texts in hand: by lane, and fairly between departments."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from messaging.carriers.base import OutgoingText, reference_of
from messaging.carriers.models import Carrier
from messaging.routes import queries as routes
from messaging.routes.plan import Plan
from messaging.sending.engine import router
from messaging.sending.models import Batch, Message
from messaging.sending.queries import halt
from messaging.sending.states import BatchState, Lane, State
from smsportal.lib.db import CountOf, claim_shares

LEASE = dt.timedelta(seconds=60)
MOST_BATCHES = 500  # looked at for one claim; what is claimed of them makes room for the others


def take(
    carrier: Carrier,
    free: int,
    *,
    free_for_bulk: int | None = None,
    now: dt.datetime,
    most: int = 500,
    turn: int = 0,
    plan: Plan | None = None,
) -> list[OutgoingText]:
    """Claim up to `most` texts for the `free` places of a carrier's window, for higher lanes first;
    of bulk only for as many as are free for it, the others among them (None: for all).

    The claim is the mark of being in flight: what is claimed is sent at once or given back. turn: a
    number that grows, so that another department comes first each time. Batches that are paused
    or stopped are left alone, and all are while there is a halt; what is in hand is finished.
    plan: the routes as they were a moment ago; read now without one.
    """
    ready, waiting = _look(carrier, most, now, plan)
    rooms = dict.fromkeys(Lane, free)
    if free_for_bulk is not None:
        rooms[Lane.BULK] = free_for_bulk
    claimed: list[int] = []
    with transaction.atomic():
        for lane in Lane:
            shares = fair_shares(
                [each for each in waiting if each.lane == lane],
                room=min(most, rooms[lane]) - len(claimed),
                turn=turn,
            )
            if shares:
                claimed += _take_shares(ready, shares, carrier, now)
    return in_hand(claimed) if claimed else []


def take_one(
    carrier: Carrier, *, now: dt.datetime, turn: int = 0, plan: Plan | None = None
) -> list[OutgoingText]:
    """Claim one text, to see whether the carrier works: one that can wait, where there is any."""
    ready, waiting = _look(carrier, 1, now, plan)
    for lane in reversed(Lane):
        theirs = [each for each in waiting if each.lane == lane]
        if shares := fair_shares(theirs, room=1, turn=turn):
            with transaction.atomic():
                if claimed := _take_shares(ready, shares, carrier, now):
                    return [replace(text, can_wait=False) for text in in_hand(claimed)]
    return []


def _look(
    carrier: Carrier, most: int, now: dt.datetime, plan: Plan | None
) -> tuple[QuerySet, "list[Waiting]"]:
    plan = plan or routes.plan(now=now)
    ready = _ready(carrier, plan, now)
    paths = plan.paths_taken_by(carrier.pk) if halt() is None else []
    return ready, _waiting(ready, paths, most) if paths else []


def _ready(carrier: Carrier, plan: Plan, now: dt.datetime) -> QuerySet:
    texts = router.for_carrier(carrier, plan).filter(next_at__lte=now, valid_until__gt=now)
    # Not what went back in line while its carrier knew it again, and does no longer.
    still_known = Q(resend_until__isnull=True) | Q(resend_until__gt=now)
    return texts.filter(still_known).order_by("next_at", "id")


Way = tuple[int, str]  # a batch and a path


class Waiting(NamedTuple):
    """How many texts of one batch could go now, by one path."""

    batch_id: int
    path: str
    lane: int
    department_id: int
    text_count: int


def _waiting(ready: QuerySet, paths: Sequence[str], most: int) -> list[Waiting]:
    """What runs and has something to send: one short walk in an index for each of the paths.

    The oldest of every department, then the second of each, so that nobody's many small messages
    stand in front of another department.
    """
    theirs = ready.filter(batch_id=OuterRef("pk")).values("pk")
    counts = {
        f"count_{n}": CountOf(theirs.filter(path=path)[:most]) for n, path in enumerate(paths)
    }
    runs = Batch.objects.filter(
        state=BatchState.RUNNING,
        department__frozen_at__isnull=True,
        department__closed_at__isnull=True,
    )
    some = reduce(or_, (Q(**{f"{name}__gt": 0}) for name in counts))
    rank = Window(RowNumber(), partition_by=["lane", "department_id"], order_by="pk")
    rows = runs.annotate(**counts).filter(some).order_by("lane", rank, "pk")
    return [
        Waiting(pk, path, lane, department_id, count)
        for pk, lane, department_id, *found in rows.values_list(
            "pk", "lane", "department_id", *counts
        )[:MOST_BATCHES]
        for path, count in zip(paths, found, strict=True)
        if count
    ]


def fair_shares(waiting: Sequence[Waiting], *, room: int, turn: int = 0) -> dict[Way, int]:
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
            shares[each.batch_id, each.path] = share
    return shares


def _take_shares(
    ready: QuerySet, shares: dict[Way, int], carrier: Carrier, now: dt.datetime
) -> list[int]:
    """The batch is asked once more: it may have been stopped since it was looked at."""
    runs = Batch.objects.filter(pk=OuterRef("batch_id"), state=BatchState.RUNNING)
    return claim_shares(
        ready.filter(Exists(runs)),
        ("batch_id", "path"),
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
    texts = list(rows.values_list(*fields, "lane", "batch_id"))
    batches = {
        pk: (sender, body)
        for pk, sender, body in Batch.objects.filter(
            pk__in={text[-1] for text in texts}
        ).values_list("pk", "sender", "body")
    }
    return [
        OutgoingText(
            pk,
            attempt,
            reference_of(uid),
            number,
            *_said(batches[batch], body),
            parts,
            until,
            can_wait=lane == Lane.BULK,
        )
        for pk, attempt, uid, number, body, parts, until, lane, batch in texts
    ]


def _said(batch: tuple[str, str], body: str) -> tuple[str, str]:
    sender, same_for_all = batch
    return sender, body or same_for_all
