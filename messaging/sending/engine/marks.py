"""What is written beside a move: its batch, the story of a text, what is given back."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Case, Count, F, Value, When
from django.db.models.functions import Greatest

from messaging.carriers.base import Answer
from messaging.sending.engine import allowances
from messaging.sending.models import Attempt, Batch, Message
from messaging.sending.states import BatchState


def touch(message_ids: Collection[int], now: dt.datetime) -> None:
    """Have the batches of these texts counted again."""
    if message_ids:
        theirs = Message.objects.filter(pk__in=list(message_ids)).values("batch_id")
        # Always later than the last: two who touch at once must not hide from the tally.
        later = Greatest(F("changed_at") + dt.timedelta(microseconds=1), now)
        Batch.objects.filter(pk__in=theirs).update(changed_at=later)


def story(
    carrier_id: int, answers: Iterable[Answer], about: set[int], phase: str, now: dt.datetime
) -> None:
    """Keep what happened to texts that left the clean path."""
    Attempt.objects.bulk_create(
        Attempt(
            message_id=answer.message_id,
            number=answer.attempt,
            carrier_id=carrier_id,
            at=now,
            phase=phase,
            code=answer.code or answer.carrier_ref,
            words=answer.words[:200],
        )
        for answer in answers
        if answer.message_id in about
    )


def times_refused(message_ids: Iterable[int]) -> dict[int, int]:
    refusals = Attempt.objects.filter(message_id__in=list(message_ids), phase="rejected")
    return dict(refusals.values_list("message_id").annotate(Count("pk")))


def not_sent_after_all(message_ids: Collection[int]) -> None:
    """They will never be charged: what was reserved for them goes back.

    After touch(): the batch before the caps, as a stop takes them, so that neither waits for the
    other for ever.
    """
    if message_ids:
        allowances.give_back(list(message_ids))


def overrule(message_ids: Collection[int]) -> None:
    """What looked as if it might have been sent was not: so the carrier said later."""
    if message_ids:
        Attempt.objects.filter(message_id__in=list(message_ids), phase="ambiguous").update(
            is_overruled=True
        )


LEASE_OVER = "lease_over"  # nobody has asked the journal yet


def still_in_doubt(answers: Iterable[Answer]) -> None:
    """They did leave, whatever became of them. A journal is forgotten, so this is kept here: its
    silence must not be taken, at the next start, for proof that they never left.
    """
    keys = {(answer.message_id, answer.attempt) for answer in answers}
    told = Attempt.objects.filter(message_id__in=[pk for pk, _ in keys], code=LEASE_OVER)
    doubted = [row[0] for row in told.values_list("pk", "message_id", "number") if row[1:] in keys]
    Attempt.objects.filter(pk__in=doubted).update(code="no_answer")


def reopen(message_ids: Collection[int]) -> None:
    """They wait again, so their batches are not finished after all, and paused if they were."""
    if message_ids:
        theirs = Message.objects.filter(pk__in=list(message_ids)).values("batch_id")
        Batch.objects.filter(pk__in=theirs, state=BatchState.FINISHED).update(
            state=Case(
                When(paused_at__isnull=True, then=Value(BatchState.RUNNING)),
                default=Value(BatchState.PAUSED),
            ),
            finished_at=None,
        )
