"""From a written message to an accepted batch, and back again until it begins to go."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.mail import services as mail
from accounts.people.access import require
from accounts.people.models import Person
from messaging.senders.queries import Choice, sender_choices
from messaging.sending import queries
from messaging.sending.engine import allowances, expand, opted_out, release
from messaging.sending.errors import (
    BadTime,
    EmptyText,
    MissingValues,
    NobodyToText,
    NotNow,
    TooLate,
    TooManyParts,
)
from messaging.sending.models import WAITING, Basket, Batch
from messaging.sending.services import emergency
from messaging.sending.states import BatchState, Lane, State
from messaging.text.fields import Body
from messaging.wording.models import TemplateVersion
from smsportal.lib import walltime
from smsportal.lib.bells import enqueue
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display
from smsportal.lib.words import people

MOST_PARTS = 6  # phones join up no more of them reliably
INTERACTIVE_UP_TO = 20  # people; larger ones go behind what somebody is waiting for


def submit(
    *,
    basket: Basket,
    body: str,
    sender_kind: str,
    request_key: uuid.UUID,
    by: Person,
    now: dt.datetime,
    number: str = "",
    fill: Mapping[str, Any] | None = None,
    send_wall: dt.datetime | None = None,
    fold: int | None = None,
    template_version: TemplateVersion | None = None,
    source: str = "portal",
    undo_seconds: int = 0,
    replaces: Batch | None = None,
    emergency_reason: str | None = None,
) -> Batch:
    """Accept a message: from the commit on it is never lost and never doubled.

    body: the words with their ((fields)); number: which of theirs it goes from, without one the
    first; send_wall: a naive London time, None for now. The same request_key again answers the
    batch it made the first time. replaces: a scheduled batch that this one takes the place of.
    emergency_reason: None for every other message. Raises the errors of messaging.sending.errors.
    """
    require(by, "send_texts")
    if earlier := Batch.objects.filter(request_key=request_key, person_id=by.pk).first():
        return earlier
    _refuse_if_not_theirs(basket, by)
    _refuse_if_silent(by)
    reason = ""
    if emergency_reason is not None:
        is_scheduled = send_wall is not None
        reason = emergency.tidy_reason(emergency_reason, is_scheduled=is_scheduled, by=by)
    send_at = moment_of(send_wall, fold, 0 if reason else undo_seconds, now)
    (opted_out.let_in if reason else opted_out.leave_out)(basket)
    seen = Basket.objects.values_list("changed_at", flat=True).get(pk=basket.pk)
    day = walltime.day_of(send_at)
    totals = queries.measure(basket=basket, wording=body, fill=fill or {}, day=day)
    _refuse_if_unsendable(body, totals)
    batch = Batch(
        request_key=request_key,
        source=source,
        wording=body,
        fill=dict(fill or {}),
        template_version=template_version,
        state=BatchState.SCHEDULED if send_wall else BatchState.HELD,
        send_at=send_at,
        send_wall=send_wall.replace(tzinfo=dt.UTC) if send_wall else None,
        reserved_on=day,
        accepted_at=now,
        emergency_reason=reason,
    )
    _fill_in(batch, basket, totals, _sender(by, sender_kind, number), by)
    return _accept(batch, seen_at=seen, replaces=replaces, by=by, now=now)


def _fill_in(
    batch: Batch, basket: Basket, totals: queries.Totals, sender: Choice, by: Person
) -> None:
    """Everything as it is now: later changes of code, price or name do not reach back."""
    batch.basket = basket
    batch.department_id = basket.department_id
    batch.person = by
    batch.person_name = by.name
    if code := by.department.code_on(batch.reserved_on):
        batch.cost_code, batch.cost_code_kind = code.code, code.kind
    batch.price_tenths = totals.price_tenths
    batch.sender, batch.sender_kind = sender.value, sender.kind
    batch.is_merged = totals.is_merged
    batch.body = batch.wording if totals.is_merged else Body(batch.wording).render(batch.fill)
    batch.lane = Lane.INTERACTIVE if totals.person_count <= INTERACTIVE_UP_TO else Lane.BULK
    batch.valid_until = batch.send_at + dt.timedelta(hours=settings.VALIDITY_HOURS)
    if batch.emergency_reason:
        batch.lane = Lane.EMERGENCY
        batch.valid_until = batch.send_at + emergency.VALID_FOR
    batch.person_count, batch.part_count = totals.person_count, totals.part_count
    batch.left_out = totals.left_out
    batch.notify = totals.person_count > settings.CHECK_OVER_PEOPLE
    batch.changed_at = batch.accepted_at


def _accept(
    batch: Batch, *, seen_at: dt.datetime, replaces: Batch | None, by: Person, now: dt.datetime
) -> Batch:
    with transaction.atomic():
        # The basket is what was measured, and nobody else's batch has it: or a second click.
        measured = Basket.objects.filter(pk=batch.basket_id, is_frozen=False, changed_at=seen_at)
        if not measured.update(is_frozen=True):
            if earlier := Batch.objects.filter(request_key=batch.request_key).first():
                return earlier
            raise Refused(
                "The people of this message were changed in another window. "
                "Nothing has been sent. Look at them once more and send again."
            )
        if replaces is not None:
            cancel(batch=replaces, by=by, now=now)
        reserve = allowances.take_all if batch.is_emergency else allowances.reserve
        over = reserve(person=by, batch=batch)
        batch.save(force_insert=True)
        if batch.is_emergency:
            emergency.begin(batch, over=over, by=by, now=now)
        else:
            _begin(batch, by=by, now=now)
    return batch


def _begin(batch: Batch, *, by: Person, now: dt.datetime) -> None:
    audit.record(
        by=by,
        verb="messages.accepted",
        words=f"{_deed(batch)} message {batch.reference} to {people(batch.person_count)}.",
        on=batch,
        now=now,
    )
    if batch.person_count <= expand.AT_ONCE:
        expand.expand(batch, now=now)
    else:
        enqueue("messaging.expand_batch", batch_id=batch.pk)


def _deed(batch: Batch) -> str:
    if batch.source == "repeat":
        return "Repeated"
    return "Sent" if batch.state == BatchState.HELD else "Scheduled"


def cancel(*, batch: Batch, by: Actor, now: dt.datetime) -> Batch:
    """Undo or cancel a whole batch until it begins to go. Raises TooLate."""
    require_own(batch, by)
    with transaction.atomic():
        stopped = Batch.objects.filter(pk=batch.pk, state__in=WAITING).update(
            state=BatchState.CANCELLED,
            ended_by_name=by.audit_name,
            finished_at=now,
            changed_at=now,
        )
        if not stopped:
            raise TooLate(_too_late(batch))
        Basket.objects.filter(pk=batch.basket_id).update(is_frozen=False)
        allowances.give_back_all(batch)
        audit.record(
            by=by,
            verb="messages.cancelled",
            words=f"Cancelled message {batch.reference} to {people(batch.person_count)} "
            "before any of it went.",
            on=batch,
            department_id=batch.department_id,
            now=now,
        )
        release.drop_cancelled(batch, now=now, limit=expand.AT_ONCE)
        if batch.person_count > expand.AT_ONCE:
            enqueue("messaging.drop_cancelled", batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def stop_waiting(waiting: QuerySet[Batch], *, by: Actor, now: dt.datetime) -> int:
    """Cancel those that have not begun to go; answers how many. They stay in the history."""
    stopped = 0
    for batch in waiting:
        try:
            cancel(batch=batch, by=by, now=now)
        except TooLate:
            continue
        stopped += 1
    return stopped


def send_now(*, batch: Batch, by: Person, now: dt.datetime) -> Batch:
    """End the seconds in which Send can be undone."""
    require_own(batch, by)
    Batch.objects.filter(pk=batch.pk, state=BatchState.HELD).update(send_at=now)
    batch.refresh_from_db()
    return batch


def tell_about_finished(*, now: dt.datetime) -> int:
    """Mail the senders of big batches that have finished; the answer is how many were told."""
    waiting = Batch.objects.filter(state=BatchState.FINISHED, notify=True)
    told = 0
    for batch in waiting.select_related("person")[:100]:
        with transaction.atomic():
            # The mail and the mark that it was written are one commit: told once, never lost.
            mine = Batch.objects.filter(pk=batch.pk, notify=True).update(notify=False)
            if mine and batch.person and batch.person.email:
                _tell(batch, now=now)
                told += 1
    return told


def _tell(batch: Batch, *, now: dt.datetime) -> None:
    delivered = batch.tally.get(State.DELIVERED, 0)
    mail.send(
        to=batch.person.email,
        subject=f"Message {batch.reference} has gone to {people(batch.person_count)}",
        body=(
            f"Your message {batch.reference} has finished sending.\n\n"
            f"{delivered:,} of {batch.person_count:,} are delivered so far. "
            "Phones that are off or out of reach may still get theirs.\n\n"
            f"Each person's result: {settings.PORTAL_URL}/messages/{batch.uid}/\n"
        ),
        department_id=batch.department_id,
        now=now,
    )


def _refuse_if_not_theirs(basket: Basket, by: Person) -> None:
    if basket.person_id != by.pk or basket.department_id != by.department_id:
        raise PermissionDenied("This is not your message")


def require_own(batch: Batch, by: Actor) -> None:
    require(by, "send_texts")
    if by.pk is not None and batch.person_id != by.pk:
        raise PermissionDenied("This is not your message")


def _refuse_if_silent(by: Person) -> None:
    by.department.refresh_from_db(fields=["frozen_at", "closed_at"])
    if by.department.frozen_at:
        raise NotNow(
            f"{by.department} is frozen, so nothing can be sent. Your message is kept as a "
            "draft, and nothing was charged. Ask the messaging team."
        )
    if by.department.closed_at:
        raise NotNow(f"{by.department} is closed, so nothing can be sent.")


def _refuse_if_unsendable(body: str, totals: queries.Totals) -> None:
    if not totals.person_count:
        raise NobodyToText("Add at least one person to text.", field="numbers")
    if not body.strip():
        raise EmptyText("Write the message to send.", field="message")
    if totals.missing:
        fields = ", ".join(f"(({name}))" for name in totals.missing)
        who = f": {', '.join(totals.missing_names)}" if totals.missing_names else ""
        count = max(totals.missing.values())
        raise MissingValues(
            f"{people(count)} {'has' if count == 1 else 'have'} nothing for {fields}{who}. "
            "Give a value, or take it out of the message.",
            fields=dict(totals.missing),
        )
    if totals.most_parts > MOST_PARTS:
        raise TooManyParts(
            f"This message makes {totals.most_parts} texts for one person. Phones join up at "
            f"most {MOST_PARTS}. Shorten it.",
            field="message",
        )


def _sender(by: Person, kind: str, number: str) -> Choice:
    choices = sender_choices(by)
    if number:
        if theirs := [choice for choice in choices if choice.value == number]:
            return theirs[0]
        raise Refused(f"{display(number)} is not your number any more. Nothing has been sent.")
    return next((choice for choice in choices if choice.kind == kind), choices[-1])


def moment_of(
    wall: dt.datetime | None, fold: int | None, undo_seconds: int, now: dt.datetime
) -> dt.datetime:
    """When it goes: a naive London time, or now. Raises BadTime."""
    if wall is None:
        return now + dt.timedelta(seconds=undo_seconds)
    try:
        send_at = walltime.to_utc(wall, fold)
    except walltime.NoSuchTime as skipped:
        raise BadTime(
            f"There is no {wall:%H:%M} on {wall.day} {wall:%B %Y}: the clocks go forward over "
            f"it. Did you mean {skipped.suggestion:%H:%M}?",
            suggestion=f"{skipped.suggestion:%H:%M}",
        ) from None
    except walltime.TwiceThatNight:
        raise BadTime(
            f"{wall:%H:%M} comes twice on {wall.day} {wall:%B %Y}, because the clocks go back. "
            "Choose the first or the second.",
            is_twice=True,
        ) from None
    if send_at <= now:
        here = now.astimezone(walltime.LONDON)
        raise BadTime(
            f"Choose a time in the future. It is now {here:%H:%M} on {here.day} {here:%B}."
        )
    return send_at


def _too_late(batch: Batch) -> str:
    batch.refresh_from_db()
    if batch.state == BatchState.CANCELLED:
        return f"Message {batch.reference} has been cancelled already. Nothing of it was sent."
    at = (batch.started_at or batch.send_at).astimezone(walltime.LONDON)
    return (
        f"Message {batch.reference} began to go at {at:%H:%M:%S}, so it can no longer be "
        "cancelled. Each person's result is on its page."
    )
