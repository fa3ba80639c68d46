"""What nobody was there to do: leases that ran out, texts too old, reports that never came.

Each rule is one guarded UPDATE in chunks, so that running it twice, or two at once, is harmless.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.departments.models import Department
from messaging.carriers.models import Carrier
from messaging.sending.engine import carrier_tests, doubt, receipts, router
from messaging.sending.engine.marks import (
    IN_DOUBT,
    LEASE_OVER,
    not_sent_after_all,
    tell_of,
    touch,
)
from messaging.sending.models import WAITING, Batch, Message
from messaging.sending.states import Phase, State
from messaging.text import refusals
from smsportal.lib.db import CHUNK, claim

REPORT_BY = dt.timedelta(hours=24)  # after a text's validity ends

PAUSED = "your department is paused"
LOST_LEASE = "Its sender stopped and did not come back in time"
NO_CARRIER = "the connection to the networks is closed"


def sweep(*, now: dt.datetime) -> None:
    lease_over(now=now)
    expire(now=now)
    unconfirmed(now=now)
    refuse_practice_numbers(now=now)
    doubt.resend(now=now)
    doubt.resend_emergencies(now=now)
    router.reroute(now=now)
    say_why(now=now)
    receipts.match_waiting(now=now)
    carrier_tests.look_after(now=now)


def _in_line() -> QuerySet:
    """Not the texts of a message that can still be undone: undoing gives back all of it at once."""
    not_begun = Batch.objects.filter(pk=OuterRef("batch_id"), state__in=WAITING)
    return Message.objects.filter(~Exists(not_begun), state=State.QUEUED)


def _move(wanted: QuerySet, now: dt.datetime, **values: object) -> int:
    """In chunks, each with what is written beside it in its transaction."""
    moved = 0
    while True:
        with transaction.atomic():
            ids = claim(wanted.order_by("pk"), CHUNK, **values)
            touch(ids, now)
            if values.get("state") in (State.FAILED, State.EXPIRED):
                not_sent_after_all(ids)
            if values.get("lease_losses"):
                tell_of(ids, Phase.AMBIGUOUS, now, code=LEASE_OVER, words=LOST_LEASE)
        moved += len(ids)
        if len(ids) < CHUNK:
            return moved


def lease_over(*, now: dt.datetime) -> int:
    """Only its sender's journal knows whether such a text left, and the sender is not there."""
    held = Message.objects.filter(state=State.SENDING, lease_until__lt=now)
    return _move(
        held,
        now,
        **IN_DOUBT,
        lease_until=None,
        lease_losses=F("lease_losses") + 1,
    )


def expire(*, now: dt.datetime) -> int:
    old = _in_line().filter(valid_until__lt=now)
    expired = _move(old.filter(maybe_sent=False), now, state=State.EXPIRED, final_at=now)
    # Nor does one go out again by itself that its carrier may have forgotten.
    forgotten = _in_line().filter(resend_until__lte=now)
    doubtful = [each.filter(maybe_sent=True) for each in (old, forgotten)]
    return expired + sum(_move(each, now, state=State.UNKNOWN, why="") for each in doubtful)


def unconfirmed(*, now: dt.datetime) -> int:
    silent = Message.objects.filter(
        state__in=[State.SUBMITTED, State.UNKNOWN], valid_until__lt=now - REPORT_BY
    )
    return _move(silent, now, state=State.UNCONFIRMED)


def refuse_practice_numbers(*, now: dt.datetime) -> int:
    """Where every carrier is a real network, nobody will ever take them."""
    if not router.is_practice_refused():
        return 0
    texts = _in_line().filter(router.PRACTICE, maybe_sent=False)
    reason = "practice_number"
    return _move(texts, now, state=State.FAILED, reason=reason, why=refusals.PRACTICE, final_at=now)


def say_why(*, now: dt.datetime) -> int:
    """Tell those that wait longer than a moment what they wait for."""
    waiting = _in_line()
    stopped = Department.objects.filter(frozen_at__isnull=False)
    held_up = waiting.filter(department__in=stopped)
    said = _move(held_up.exclude(why=PAUSED), now, why=PAUSED)
    said += _move(waiting.filter(why=PAUSED).exclude(department__in=stopped), now, why="")
    if Carrier.objects.usable().exists():
        return said + _move(waiting.filter(why=NO_CARRIER), now, why="")
    return said + _move(waiting.filter(why=""), now, why=NO_CARRIER)
