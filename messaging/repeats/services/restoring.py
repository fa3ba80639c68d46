"""After a backup was restored: what came round since then may have gone, so it does not go now."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from messaging.repeats import engine
from messaging.repeats.models import Occurrence, OccurrenceState, Repeat
from messaging.sending.models import Batch

RESTORED = (
    "A backup of the portal was restored. It may have gone before that, so it is not sent again."
)


def came_round(*, until: dt.datetime) -> int:
    """How many repeats, and times of theirs, are waiting to be seen to."""
    due = Occurrence.objects.filter(state=OccurrenceState.DUE, due_at__lte=until)
    return len(engine.waiting(now=until)) + due.count()


def miss(*, until: dt.datetime, by: Actor, now: dt.datetime) -> int:
    """Write down as missed each time that came round before `until`; answers how many."""
    missed = sum(_miss(pk, until, by, now) for pk in engine.waiting(now=until))
    left = Occurrence.objects.filter(state=OccurrenceState.DUE, due_at__lte=until)
    return missed + _write_down(left, by, now)


@transaction.atomic
def _miss(repeat_id: int, until: dt.datetime, by: Actor, now: dt.datetime) -> int:
    opened = engine.open_due(repeat_id, now=until)
    found = [each.pk for each in (*opened.due, *opened.missed)]
    return _write_down(Occurrence.objects.filter(pk__in=found), by, now)


@transaction.atomic
def _write_down(times: QuerySet[Occurrence], by: Actor, now: dt.datetime) -> int:
    """Not those whose message there is: its own texts are in doubt, or have gone."""
    made = Batch.objects.filter(request_key__in=times.values("uid")).values("request_key")
    rows = list(times.exclude(uid__in=made).select_related("repeat__person").order_by("due_at"))
    Occurrence.objects.filter(pk__in=[each.pk for each in rows]).update(
        state=OccurrenceState.MISSED, why=RESTORED, ended_at=now
    )
    repeats = {each.repeat_id: each.repeat for each in rows}
    audit.record_each(
        by=by,
        verb="repeats.not_sent",
        lines=[(r, r.department_id, _words(r)) for r in repeats.values()],
        now=now,
    )
    return len(rows)


def _words(repeat: Repeat) -> str:
    return f"Did not send what repeats {repeat} for {repeat.person}. {RESTORED}"
