"""What a restored backup has waiting may have gone since the backup: it is put in doubt."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from messaging.routes import queries as routes
from messaging.routes.plan import carriers_of, path_through
from messaging.sending.engine import expand, release
from messaging.sending.engine.marks import IN_DOUBT, RESTORED, tell_of, touch
from messaging.sending.models import WAITING, Batch, Message
from messaging.sending.states import BatchState, Phase, State
from smsportal.lib.db import CHUNK, claim

WORDS = "A backup was restored, and it may have gone after that was made"


def may_have_gone(until: dt.datetime) -> QuerySet[Message]:
    """What was waiting and due before `until`, or in hand. What people accepted later has not."""
    due = Q(state__in=[State.QUEUED, State.SCHEDULED], next_at__lte=until)
    accepted = Batch.objects.filter(accepted_at__lte=until, send_at__lte=until)
    return Message.objects.filter(due & Q(batch__in=accepted) | Q(state=State.SENDING))


def settle(*, until: dt.datetime, now: dt.datetime) -> None:
    """So that what is due has its rows, and what was stopped or cancelled is not put in doubt."""
    due = Batch.objects.filter(state__in=WAITING, expanded_at=None, send_at__lte=until)
    for batch in due.filter(accepted_at__lte=until).order_by("pk"):
        expand.expand(batch, now=now)
    release.drop_all_cancelled(now=now)
    release.drop_all_stopped(now=now)


def park(*, since: dt.datetime, until: dt.datetime, now: dt.datetime) -> int:
    """Put them in doubt; answers how many. since: the backup is no older, so no copy is.

    Which carrier had a text that had none is not known: it is the one that came first. So none of
    them goes out again by itself, whatever its carrier does with a second copy.
    """
    parked = 0
    texts = may_have_gone(until)
    doubt = {**IN_DOUBT, "lease_until": None, "why": "", "resend_until": None}
    doubt["doubted_at"] = Coalesce(F("doubted_at"), Value(since))
    another = {"attempt_count": F("attempt_count") + 1}  # the doubt is about one of its own
    parked += _move(texts.filter(state=State.SENDING), now, **doubt)
    waiting = texts.exclude(state=State.SENDING)
    parked += _move(waiting.filter(carrier__isnull=False), now, **doubt, **another)
    for path in list(waiting.order_by().values_list("path", flat=True).distinct()):
        if carrier_id := _first_choice(path, now):
            pinned = path_through([carrier_id]) if carriers_of(path) else path
            whose = {"carrier": carrier_id, "path": pinned}
            parked += _move(waiting.filter(path=path), now, **{**doubt, **another, **whose})
    begun = Batch.objects.filter(state__in=WAITING, send_at__lte=until, accepted_at__lte=until)
    begun.update(state=BatchState.RUNNING, started_at=now, changed_at=now)
    return parked


def _first_choice(path: str, now: dt.datetime) -> int | None:
    """None: nobody could have sent it, since there was no carrier for it."""
    order = routes.plan(now=now).in_order(path)
    return order[0].pk if order else None


def _move(wanted: QuerySet, now: dt.datetime, **values: Any) -> int:
    moved = 0
    while True:
        with transaction.atomic():
            ids = claim(wanted.order_by("pk"), CHUNK, **values)
            tell_of(ids, Phase.AMBIGUOUS, now, code=RESTORED, words=WORDS)
            touch(ids, now)
        moved += len(ids)
        if len(ids) < CHUNK:
            return moved
