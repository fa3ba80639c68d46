"""Texts that the portal itself sends for a department: replies, forwards, confirmations.

They are batches like all others, in the department's history and on its bill, and its caps hold
for them. Nobody sent them, so no person's cap does, and nobody can undo them.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.departments.models import CodeKind, Department
from messaging.senders.models import OptOut
from messaging.senders.queries import Choice
from messaging.sending.engine import allowances, expand, release
from messaging.sending.errors import EmptyText, NobodyToText, NotNow, TooManyParts
from messaging.sending.models import Basket, BasketRow, Batch
from messaging.sending.queries import price_tenths
from messaging.sending.services.accepting import MOST_PARTS
from messaging.sending.states import BatchState, Lane
from messaging.text.segments import measure
from smsportal.lib import walltime
from smsportal.lib.words import people


def submit_automatic(
    *,
    department: Department,
    numbers: Sequence[str],
    body: str,
    sender: Choice,
    source: str,
    name: str,
    request_key: uuid.UUID,
    now: dt.datetime,
    despite_opt_out: bool = False,
) -> Batch:
    """Accept one and let it go at once, in the transaction of whoever asks.

    numbers: E.164. name: what sends it, in words. source: reply, forward or confirmation.
    despite_opt_out: for the one text that confirms it. The same request_key again answers the
    batch it made the first time. Raises NotNow, NobodyToText, EmptyText, TooManyParts, CapReached.
    """
    if earlier := Batch.objects.filter(request_key=request_key).first():
        return earlier
    department.refresh_from_db(fields=["frozen_at", "closed_at"])
    if department.frozen_at or department.closed_at:
        raise NotNow(f"{department} is {department.status}, so nothing can be sent.")
    if not body.strip():
        raise EmptyText("There are no words to send.")
    wanted = list(dict.fromkeys(numbers))
    if not despite_opt_out:
        out = OptOut.objects.numbers(department.pk, among=wanted)
        wanted = [number for number in wanted if number not in out]
    if not wanted:
        raise NobodyToText("Everybody it was for has asked not to be texted.")
    parts = measure(body).parts
    if parts > MOST_PARTS:
        raise TooManyParts(f"It makes {parts} texts, and phones join up {MOST_PARTS} at most.")
    with transaction.atomic():
        return _accept(
            _batch(
                department=department,
                basket=_basket(department, wanted, now),
                body=body,
                sender=sender,
                source=source,
                name=name,
                request_key=request_key,
                person_count=len(wanted),
                parts=parts,
                now=now,
            ),
            now=now,
        )


def _accept(batch: Batch, *, now: dt.datetime) -> Batch:
    allowances.reserve_automatic(batch)
    batch.save(force_insert=True)
    audit.record(
        by=System(batch.department_id, audit_name=batch.person_name),
        verb="messages.automatic",
        words=f"Sent message {batch.reference} to {people(batch.person_count)}.",
        on=batch,
        now=now,
    )
    expand.expand(batch, now=now)
    release.start(batch, now=now)
    batch.refresh_from_db()
    return batch


def _basket(department: Department, numbers: Sequence[str], now: dt.datetime) -> Basket:
    basket = Basket.objects.create(
        department=department, created_at=now, changed_at=now, is_frozen=True
    )
    BasketRow.objects.bulk_create(
        BasketRow(basket=basket, row_no=n, state="ok", number=number, source="typed")
        for n, number in enumerate(numbers)
    )
    return basket


def _batch(
    *,
    department: Department,
    basket: Basket,
    body: str,
    sender: Choice,
    source: str,
    name: str,
    request_key: uuid.UUID,
    person_count: int,
    parts: int,
    now: dt.datetime,
) -> Batch:
    day = walltime.day_of(now)
    code = department.code_on(day)
    return Batch(
        request_key=request_key,
        source=source,
        department=department,
        basket=basket,
        person_name=name,
        cost_code=code.code if code else "",
        cost_code_kind=code.kind if code else CodeKind.COST_CENTRE,
        price_tenths=price_tenths(department.pk, day),
        sender=sender.value,
        sender_kind=sender.kind,
        wording=body,
        body=body,
        lane=Lane.INTERACTIVE,
        state=BatchState.HELD,
        send_at=now,
        valid_until=now + dt.timedelta(hours=settings.VALIDITY_HOURS),
        person_count=person_count,
        part_count=parts * person_count,
        reserved_on=day,
        accepted_at=now,
        changed_at=now,
    )
