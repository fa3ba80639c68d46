"""What is written beside a move: its batch, the story of a text, what is given back."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest

from messaging.carriers.base import Answer
from messaging.routes.plan import ANY, SANDBOX
from messaging.sending.engine import allowances
from messaging.sending.engine.claims import LEASE
from messaging.sending.engine.journal import Key
from messaging.sending.models import Attempt, Batch, Message
from messaging.sending.states import BatchState, Phase, State

# Back to the carrier that may have had it, and nowhere else.
PINNED = Case(
    When(path__in=(ANY, SANDBOX), then=F("path")),
    default=Cast("carrier", CharField()),
    output_field=CharField(),
)
# What a text in hand becomes that may have gone out. The doubt is as old as its oldest copy.
IN_DOUBT: dict[str, Any] = {
    "state": State.UNKNOWN,
    "maybe_sent": True,
    "path": PINNED,
    "doubted_at": Coalesce(F("doubted_at"), F("lease_until") - LEASE),
}
WITHOUT_DOUBT: dict[str, Any] = {"maybe_sent": False, "doubted_at": None, "resend_until": None}


def touch(message_ids: Collection[int], now: dt.datetime) -> None:
    """Have the batches of these texts counted again."""
    if message_ids:
        theirs = Message.objects.filter(pk__in=list(message_ids)).values("batch_id")
        # Always later than the last: two who touch at once must not hide from the tally.
        later = Greatest(F("changed_at") + dt.timedelta(microseconds=1), now)
        Batch.objects.filter(pk__in=theirs).update(changed_at=later)


def story(
    carrier_id: int,
    answers: Iterable[Answer],
    about: set[int],
    phase: Phase,
    now: dt.datetime,
    *,
    is_overruled: bool = False,
) -> None:
    """Keep what happened to texts that left the clean path."""
    Attempt.objects.bulk_create(
        Attempt(
            message_id=answer.message_id,
            number=answer.attempt,
            carrier_id=carrier_id,
            at=now,
            phase=phase,
            code=code_of(answer, phase),
            words=answer.words[:200],
            is_overruled=is_overruled,
        )
        for answer in answers
        if answer.message_id in about
    )


def tell_of(
    message_ids: Collection[int],
    phase: Phase,
    now: dt.datetime,
    *,
    code: str = "",
    words: str = "",
    by_name: str = "",
) -> None:
    """Keep what happened to texts of which no carrier has just spoken."""
    texts = Message.objects.filter(pk__in=list(message_ids))
    Attempt.objects.bulk_create(
        Attempt(
            message_id=pk,
            number=attempt,
            carrier_id=carrier_id,
            at=now,
            phase=phase,
            code=code,
            words=words,
            granted_by_name=by_name,
        )
        for pk, attempt, carrier_id in texts.values_list("pk", "attempt_count", "carrier_id")
    )


def code_of(answer: Answer, phase: Phase) -> str:
    """An acceptance is known by the carrier's reference: a second one has another."""
    if phase == Phase.ACCEPTED:
        return answer.carrier_ref or answer.code
    return answer.code or answer.carrier_ref


def times_refused(message_ids: Iterable[int]) -> dict[int, int]:
    refusals = Attempt.objects.filter(message_id__in=list(message_ids), phase=Phase.REJECTED)
    return dict(refusals.values_list("message_id").annotate(Count("pk")))


def not_sent_after_all(message_ids: Collection[int]) -> None:
    """They will never be charged: what was reserved for them goes back.

    After touch(): the batch before the caps, as a stop takes them, so that neither waits for the
    other for ever.
    """
    if message_ids:
        allowances.give_back(list(message_ids))


def overrule(keys: Collection[Key]) -> tuple[set[int], set[int]]:
    """These attempts looked as if they might have gone out, and did not after all.

    Answers the texts this is news of: those that no attempt leaves in doubt any more, and those
    that another one does. Call inside the transaction of what is done about it: they are locked,
    so that no doubt about a newer attempt comes in between.
    """
    ids = sorted({pk for pk, _ in keys})
    if not ids:
        return set(), set()
    locked = Message.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    list(locked.values_list("pk"))
    doubts = Attempt.objects.filter(phase=Phase.AMBIGUOUS, is_overruled=False)
    standing = doubts.filter(message_id__in=ids).values_list("pk", "message_id", "number")
    news = {row[0]: row[1] for row in standing if row[1:] in keys}
    Attempt.objects.filter(pk__in=list(news)).update(is_overruled=True)
    told = set(news.values())
    other = doubts.filter(message_id=OuterRef("pk"))
    doubted = Message.objects.filter(Exists(other), pk__in=told).values_list("pk", flat=True)
    return told - set(doubted), set(doubted)


LEASE_OVER = "lease_over"  # nobody has asked the journal yet
RESTORED = "restored"  # nor can: it went, if it did, after the backup that was restored


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
