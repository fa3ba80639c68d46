"""What must never be true of texts and batches, as questions that must answer nothing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from messaging.sending.models import GOING, WAITING, Attempt, Batch, Message, Receipt
from messaging.sending.queries import halt
from messaging.sending.states import NOT_SENT, BatchState, Lane, Phase, State
from smsportal.lib.db import CountOf

STALE_LEASE = dt.timedelta(minutes=2)
LATE_SCHEDULE = dt.timedelta(seconds=90)
LATE_DROP = dt.timedelta(minutes=1)
LATE_EMERGENCY = dt.timedelta(seconds=10)
FORGOTTEN_RECEIPT = dt.timedelta(hours=25)

HAD = [State.SUBMITTED, State.DELIVERED, State.UNDELIVERED]
UNSENT = [State.SCHEDULED, State.QUEUED, State.SENDING]


@dataclass(frozen=True)
class Invariant:
    key: str
    words: str  # of the violation
    find: Callable[[dt.datetime], QuerySet]


def doubted_yet_not_sent(now: dt.datetime) -> QuerySet:
    return Message.objects.filter(maybe_sent=True, state__in=NOT_SENT)


def lease_does_not_fit(now: dt.datetime) -> QuerySet:
    is_sending = Q(state=State.SENDING)
    return Message.objects.filter(
        (is_sending & Q(lease_until__isnull=True)) | (~is_sending & Q(lease_until__isnull=False))
    )


def stale_lease(now: dt.datetime) -> QuerySet:
    return Message.objects.filter(state=State.SENDING, lease_until__lt=now - STALE_LEASE)


def sent_without_evidence(now: dt.datetime) -> QuerySet:
    reported = Receipt.objects.filter(
        carrier_id=OuterRef("carrier_id"), carrier_ref=OuterRef("carrier_ref")
    )
    return Message.objects.filter(~Exists(reported), state__in=HAD, accepted_at__isnull=True)


def not_sent_with_evidence(now: dt.datetime) -> QuerySet:
    evidence = Attempt.objects.filter(
        message_id=OuterRef("pk"), phase__in=[Phase.ACCEPTED, Phase.AMBIGUOUS], is_overruled=False
    )
    return Message.objects.filter(
        Q(accepted_at__isnull=False) | Exists(evidence), state__in=NOT_SENT
    )


def accepted_twice(now: dt.datetime) -> QuerySet:
    """More often than somebody allowed. The text keeps one reference; the others are in its story.

    That a carrier takes no second copy is no leave: one that does was believed for nothing.
    """
    told = Attempt.objects.filter(message_id=OuterRef("pk"))
    others = told.filter(phase=Phase.ACCEPTED).exclude(code=OuterRef("carrier_ref"))
    granted = told.filter(phase=Phase.GRANTED)
    taken = Message.objects.filter(Exists(others), carrier_ref__isnull=False)
    return taken.alias(
        others=CountOf(others.values("code").distinct()), granted=CountOf(granted.values("pk"))
    ).filter(others__gt=F("granted"))


def promise_not_kept(now: dt.datetime) -> QuerySet:
    """One that was stopped while its texts were being made has fewer, but never more."""
    made = Batch.objects.annotate(texts=Count("messages"))
    is_made = Q(expanded_at__isnull=False) & ~Q(texts=F("person_count"))
    return made.filter(is_made | Q(state=BatchState.STOPPED, texts__gt=F("person_count")))


def finished_too_early(now: dt.datetime) -> QuerySet:
    """A stopped one has a moment: what its sender had in hand may come back, and is dropped."""
    left = Message.objects.filter(batch_id=OuterRef("pk"))
    is_finished = Q(Exists(left.filter(state__in=UNSENT)), state=BatchState.FINISHED)
    is_stopped = Q(
        Exists(left.filter(state__in=[State.SCHEDULED, State.QUEUED])),
        state=BatchState.STOPPED,
        changed_at__lt=now - LATE_DROP,
    )
    return Batch.objects.filter(is_finished | is_stopped)


def schedule_overdue(now: dt.datetime) -> QuerySet:
    return Message.objects.filter(
        state=State.SCHEDULED,
        next_at__lt=now - LATE_SCHEDULE,
        batch__state__in=[*WAITING, *GOING],
        department__closed_at__isnull=True,
    )


def emergency_waits(now: dt.datetime) -> QuerySet:
    """Not because somebody said so: its own sender, or whoever stopped everything."""
    if halt() is not None:
        return Message.objects.none()
    return Message.objects.filter(
        state=State.QUEUED,
        lane=Lane.EMERGENCY,
        next_at__lt=now - LATE_EMERGENCY,
        batch__state=BatchState.RUNNING,
    )


def receipt_forgotten(now: dt.datetime) -> QuerySet:
    return Receipt.objects.filter(
        applied_at__isnull=True, orphan_at__isnull=True, received_at__lt=now - FORGOTTEN_RECEIPT
    )


def two_departments(now: dt.datetime) -> QuerySet:
    return Message.objects.exclude(department_id=F("batch__department_id"))


INVARIANTS = [
    Invariant("I1", "may have been sent, and says not sent", doubted_yet_not_sent),
    Invariant("I2", "is sending without a lease, or has one without sending", lease_does_not_fit),
    Invariant("I3", "has a lease that ran out, and no sweep came", stale_lease),
    Invariant("I4", "counts as sent with nothing to show for it", sent_without_evidence),
    Invariant("I5", "says not sent against the evidence", not_sent_with_evidence),
    Invariant("I6", "was accepted twice without anybody's leave", accepted_twice),
    Invariant("I7", "has not as many texts as were promised", promise_not_kept),
    Invariant("I8", "is finished or stopped while texts of it wait", finished_too_early),
    Invariant("I10", "is overdue", schedule_overdue),
    Invariant("I11", "is an emergency, and waits", emergency_waits),
    Invariant("I12", "is a receipt nobody tries any more", receipt_forgotten),
    Invariant("I14", "belongs to one department, its batch to another", two_departments),
]


def every() -> list[Invariant]:
    """Those of the wings above, too, as settings.INVARIANTS names them."""
    return [*INVARIANTS, *(each for name in settings.INVARIANTS for each in import_string(name))]


def broken(*, now: dt.datetime, at_most: int = 20) -> dict[str, list[int]]:
    """The invariants that do not hold: {key: ids of some rows against it}."""
    found = {
        each.key: list(each.find(now).order_by("pk").values_list("pk", flat=True)[:at_most])
        for each in every()
    }
    return {key: ids for key, ids in found.items() if ids}
