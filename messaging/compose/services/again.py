"""A message that is written again: undone, changed before it goes, or used once more."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit.access import require
from accounts.people.models import Person
from messaging.compose.models import Draft
from messaging.compose.queries.earlier import IN_DOUBT
from messaging.compose.services import recipients
from messaging.compose.services.drafts import MAY
from messaging.sending.errors import TooLate
from messaging.sending.models import Basket, BasketRow, Batch
from messaging.sending.states import BatchState
from smsportal.lib import walltime
from smsportal.lib.ids import uuid7


@transaction.atomic
def reopen(*, batch: Batch, by: Person, now: dt.datetime) -> Draft:
    """The draft of a message that was undone, just as it was, under a new request key."""
    _require_own(batch, by)
    draft = Draft.objects.select_for_update().filter(uid=batch.request_key).first()
    if draft is None:
        return again(batch=batch, who="all", by=by, now=now)
    draft.uid = uuid7()
    draft.sent_at, draft.updated_at, draft.replaces = None, now, None
    draft.save(update_fields=["uid", "sent_at", "updated_at", "replaces"])
    return draft


@transaction.atomic
def again(*, batch: Batch, who: str, by: Person, now: dt.datetime) -> Draft:
    """A new draft with the words of `batch`, to its people, or those whom `who` names:
    all, delivered, undelivered, not_sent, not_delivered_or_sent, silent.

    unknown: an emergency once more, to those who may or may not have had it.
    """
    _require_own(batch, by)
    draft = _like(batch, by, now)
    if who == IN_DOUBT:
        _make_emergency(draft, batch, by)
    recipients.arrange(draft, [{"do": "batch", "uid": str(batch.uid), "who": who}], now=now)
    return draft


@transaction.atomic
def edit(*, batch: Batch, by: Person, now: dt.datetime) -> Draft:
    """A draft that takes the place of a scheduled message when it is sent; until then that one
    stands. A second press finds the draft of the first. Raises TooLate once it goes."""
    _require_own(batch, by)
    if batch.state != BatchState.SCHEDULED:
        raise TooLate(
            f"Message {batch.reference} is not waiting for its time any more, so it cannot be "
            "changed. Use it again to write a new one."
        )
    there = Draft.objects.open().filter(replaces=batch, person=by).first()
    if there:
        return there
    draft = _like(batch, by, now)
    wall = batch.send_at.astimezone(walltime.LONDON)
    draft.replaces, draft.is_later = batch, True
    draft.send_date, draft.send_time, draft.fold = f"{wall:%Y-%m-%d}", f"{wall:%H:%M}", wall.fold
    draft.save()
    recipients.arrange(draft, [{"do": "batch", "uid": str(batch.uid), "who": "all"}], now=now)
    return draft


def _like(batch: Batch, by: Person, now: dt.datetime) -> Draft:
    basket = Basket.objects.create(
        department_id=by.department_id, person=by, created_at=now, changed_at=now
    )
    version = batch.template_version
    return Draft.objects.create(
        person=by,
        basket=basket,
        body=batch.wording,
        fill=batch.fill,
        columns=_columns(batch),
        sender_choice="alpha" if batch.sender_kind == "alpha" else batch.sender,
        template=version.template if version else None,
        created_at=now,
        updated_at=now,
    )


def _make_emergency(draft: Draft, batch: Batch, by: Person) -> None:
    """Of no other message: there what may have been sent is never sent again by its sender."""
    require(by, "send_emergency")
    if not batch.is_emergency:
        raise PermissionDenied("This is no emergency.")
    draft.is_emergency, draft.emergency_reason = True, batch.emergency_reason
    draft.save(update_fields=["is_emergency", "emergency_reason"])


def _columns(batch: Batch) -> list[str]:
    """The further fields that people of the message had."""
    rows = BasketRow.objects.filter(basket=batch.basket_id, values__isnull=False)
    row = rows.order_by("row_no").first() if batch.basket_id else None
    return list(row.values or {}) if row else []


def _require_own(batch: Batch, by: Person) -> None:
    require(by, MAY)
    if batch.person_id != by.pk:
        raise PermissionDenied("This is not your message.")
