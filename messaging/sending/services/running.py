"""What a person asks of a message that is on its way: pause it, go on with it, stop it for good.

Each is one conditional UPDATE of the batch, which every claim reads: what a sender has in hand is
finished, and nothing more of it is taken. A second click finds the deed done and changes nothing.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from messaging.sending.engine import allowances, expand, release
from messaging.sending.errors import TooLate
from messaging.sending.models import GOING, WAITING, Batch
from messaging.sending.services.accepting import require_own
from messaging.sending.states import BatchState
from smsportal.lib.bells import enqueue
from smsportal.lib.words import people, said_when


def pause(*, batch: Batch, by: Actor, now: dt.datetime) -> Batch:
    """What waits goes on waiting, and grows old, until it is resumed. Raises TooLate."""
    require_own(batch, by)
    with transaction.atomic():
        paused = Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(
            state=BatchState.PAUSED, paused_at=now, paused_by_name=by.audit_name, changed_at=now
        )
        if paused:
            words = f"Paused message {batch.reference} to {people(batch.person_count)}."
            _record(batch, "messages.paused", words, by, now)
    batch.refresh_from_db()
    if batch.state != BatchState.PAUSED:
        raise TooLate(_cannot("paused", batch, now))
    return batch


def resume(*, batch: Batch, by: Actor, now: dt.datetime) -> Batch:
    """Go on with what waits. Raises TooLate."""
    require_own(batch, by)
    with transaction.atomic():
        resumed = Batch.objects.filter(pk=batch.pk, state=BatchState.PAUSED).update(
            state=BatchState.RUNNING, paused_at=None, paused_by_name="", changed_at=now
        )
        if resumed:
            words = f"Went on with message {batch.reference} to {people(batch.person_count)}."
            _record(batch, "messages.resumed", words, by, now)
    batch.refresh_from_db()
    if batch.state != BatchState.RUNNING:
        raise TooLate(_cannot("gone on with", batch, now))
    return batch


def stop(*, batch: Batch, by: Actor, now: dt.datetime) -> Batch:
    """For good: what has not gone never goes, also what has not been made yet. Raises TooLate."""
    require_own(batch, by)
    has_begun = Q(state__in=GOING) | Q(state__in=WAITING, send_at__lte=now)
    with transaction.atomic():
        stopped = Batch.objects.filter(has_begun, pk=batch.pk).update(
            state=BatchState.STOPPED,
            ended_by_name=by.audit_name,
            finished_at=now,
            changed_at=now,
        )
        if stopped:
            allowances.give_back_unmade(batch)
            release.drop_stopped(batch, now=now, limit=expand.AT_ONCE)
            words = (
                f"Stopped message {batch.reference} to {people(batch.person_count)}: "
                "what had not gone does not go."
            )
            _record(batch, "messages.stopped", words, by, now)
            if batch.person_count > expand.AT_ONCE:
                enqueue("messaging.drop_stopped", batch_id=batch.pk)
    batch.refresh_from_db()
    if batch.state != BatchState.STOPPED:
        raise TooLate(_cannot("stopped", batch, now))
    return batch


def stop_paused(paused: QuerySet[Batch], *, by: Actor, now: dt.datetime) -> int:
    """Nobody is there any more who could go on with them; answers how many."""
    stopped = 0
    for batch in paused.filter(state=BatchState.PAUSED):
        try:
            stop(batch=batch, by=by, now=now)
        except TooLate:
            continue
        stopped += 1
    return stopped


def _record(batch: Batch, verb: str, words: str, by: Actor, now: dt.datetime) -> None:
    department_id = batch.department_id
    audit.record(by=by, verb=verb, words=words, on=batch, department_id=department_id, now=now)


def _cannot(deed: str, batch: Batch, now: dt.datetime) -> str:
    """Why a page that was open for a while asked for what can no longer be done."""
    message = f"Message {batch.reference}"
    at = said_when(batch.finished_at or batch.send_at, now=now)
    match batch.state:
        case BatchState.FINISHED:
            return f"{message} finished {at}: nothing of it waits, so it cannot be {deed}."
        case BatchState.STOPPED:
            return f"{message} was stopped {at} by {batch.ended_by_name}, so it cannot be {deed}."
        case BatchState.CANCELLED:
            return f"{message} was cancelled {at}. Nothing of it was sent."
        case BatchState.PAUSED | BatchState.RUNNING:
            return f"{message} was changed in another window. Look at it once more."
    return f"{message} has not begun to go, so it cannot be {deed}. You can still cancel it."
