"""From an accepted batch to one row for each text, in chunks, as often as it takes."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Max, QuerySet, Value
from django.db.models.functions import Concat, Trim

from messaging.routes import queries as routes
from messaging.routes.plan import Plan
from messaging.sending.engine import router
from messaging.sending.models import WAITING, BasketRow, Batch, Message, RowState
from messaging.sending.rendering import ROW_COLUMNS, values_of
from messaging.sending.states import BatchState, Lane, State
from messaging.text.fields import Body
from messaging.text.segments import measure
from smsportal.lib import db

AT_ONCE = 1000  # a batch up to this size is expanded in the transaction that accepts it


def expand(batch: Batch, *, now: dt.datetime) -> int:
    """Make the rows that are missing; the answer is how many texts the batch has.

    Running it twice, or two at once, or after a crash, changes nothing: (batch, row) is unique.
    """
    rows = BasketRow.objects.filter(basket=batch.basket_id, state=RowState.OK)
    last = rows.aggregate(last=Max("row_no"))["last"] or 0
    for start in range(0, last + 1, db.CHUNK):
        with transaction.atomic():
            # Locked until the chunk is in: who stops the batch meanwhile counts all rows it has.
            waits = Batch.objects.select_for_update(no_key=True)
            if not waits.filter(pk=batch.pk, state__in=WAITING).exists():
                return 0
            chunk = rows.filter(row_no__gte=start, row_no__lt=start + db.CHUNK)
            insert = _insert_merged if batch.is_merged else _insert_same
            insert(batch, chunk, routes.plan(now=now))
    Batch.objects.filter(pk=batch.pk, expanded_at=None).update(expanded_at=now, changed_at=now)
    return batch.messages.count()


def expand_waiting(*, now: dt.datetime) -> int:
    """The bell was lost, or the worker died half-way: go on from the first gap."""
    waiting = Batch.objects.filter(
        state__in=WAITING, expanded_at=None, accepted_at__lt=now - dt.timedelta(seconds=3)
    ).order_by("lane", "accepted_at")
    for batch in waiting[:20]:
        alone(batch, now=now)
    return len(waiting[:20])


def expand_emergencies(*, now: dt.datetime) -> None:
    """By whoever would send them: no worker that is busy with others stands in between."""
    waiting = Batch.objects.filter(
        lane=Lane.EMERGENCY, state__in=WAITING, expanded_at=None, send_at__lte=now
    )
    for batch in waiting.order_by("accepted_at")[:20]:
        alone(batch, now=now)


def alone(batch: Batch, *, now: dt.datetime) -> None:
    """Expand it unless somebody is at it: several at once are safe, and in each other's way."""
    with db.exclusive(f"expand-{batch.pk}") as mine:
        if mine:
            expand(batch, now=now)


def _same_for_all(batch: Batch) -> dict:
    """The texts of a message that goes in a moment are in line at once: its state alone holds them
    back, also when somebody ends that moment, and not a second UPDATE of each.
    """
    goes_at_once = batch.state == BatchState.HELD
    return {
        "batch_id": batch.pk,
        "department_id": batch.department_id,
        "lane": batch.lane,
        "state": State.QUEUED if goes_at_once else State.SCHEDULED,
        "next_at": batch.accepted_at if goes_at_once else batch.send_at,
        "valid_until": batch.valid_until,
    }


def _insert_same(batch: Batch, rows: QuerySet, plan: Plan) -> None:
    same = _same_for_all(batch)
    db.insert_from_select(
        Message,
        rows,
        uid=db.Uuid7(),
        batch=same.pop("batch_id"),
        department=same.pop("department_id"),
        row_no=F("row_no"),
        number=F("number"),
        name=Trim(Concat("first_name", Value(" "), "last_name")),
        is_private=F("is_private"),
        body="",
        part_count=measure(batch.body).parts,
        reason="",
        why="",
        attempt_count=0,
        path=router.path_in_sql(plan, batch.sender_kind, batch.sender, batch_id=batch.pk),
        lease_losses=0,
        maybe_sent=False,
        accepted_part_count=0,
        **same,
    )


def _insert_merged(batch: Batch, rows: QuerySet, plan: Plan) -> None:
    body, same = Body(batch.wording), _same_for_all(batch)
    messages = []
    for row_no, is_private, *person in rows.values_list("row_no", "is_private", *ROW_COLUMNS):
        values = values_of(person, batch.fill)
        text = body.render(values)
        messages.append(
            Message(
                row_no=row_no,
                number=values["mobile"],
                name=values["name"],
                is_private=is_private,
                body=text,
                path=plan.path_of(
                    values["mobile"],
                    sender_kind=batch.sender_kind,
                    sender=batch.sender,
                    batch_id=batch.pk,
                    row_no=row_no,
                ),
                part_count=measure(text).parts,
                **same,
            )
        )
    Message.objects.bulk_create(messages, ignore_conflicts=True)
