"""What the processes themselves keep up to date for the operators."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from messaging.operations.kinds import KINDS
from messaging.operations.models import Heartbeat, Trouble
from messaging.operations.queries.troubles import Found, here
from smsportal.lib.db import database_now

HEARTBEAT_SECONDS = 15  # three missed ones are an alarm
WATCH = "watch"  # whoever looked last for what is wrong
LOOK_EVERY = dt.timedelta(seconds=10)
CALM = dt.timedelta(minutes=5)  # what comes back sooner was never over


def beat(name: str) -> None:
    """Write down that the process called `name` does its work, by the database's clock."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": database_now()})


def is_time_to_look(now: dt.datetime) -> bool:
    """Worker, beat and senders all keep watch: one of them looks, each ten seconds."""
    never = Heartbeat(name=WATCH, at=now - 2 * LOOK_EVERY)
    Heartbeat.objects.bulk_create([never], ignore_conflicts=True)
    is_due = Heartbeat.objects.filter(name=WATCH, at__lte=now - LOOK_EVERY)
    return bool(is_due.update(at=now))


@transaction.atomic
def write_down(found: Sequence[Found], *, now: dt.datetime) -> None:
    """Open what is new, close what is over; doing it twice changes nothing."""
    wanted = {(each.key, each.subject): each for each in found}
    going = {(row.kind, row.subject): row for row in Trouble.objects.going()}
    for key, row in going.items():
        if key in wanted:
            _still(row, wanted[key], now)
    over = [row.pk for key, row in going.items() if key not in wanted and _may_close(row)]
    Trouble.objects.going().filter(pk__in=over).update(over_at=now)
    _open([each for key, each in wanted.items() if key not in going], now)


def _still(row: Trouble, found: Found, now: dt.datetime) -> None:
    row.seen_at, row.detail, row.since = now, found.detail[:300], min(row.since, found.since)
    row.save(update_fields=["seen_at", "detail", "since"])


def _may_close(row: Trouble) -> bool:
    kind = KINDS.get(row.kind)
    return kind is None or not kind.is_local or row.subject == here()


def _open(found: Sequence[Found], now: dt.datetime) -> None:
    """What was over a moment ago goes on: a line that comes and goes is one trouble, not twenty."""
    again = Q(over_at__gt=now - CALM, over_mailed_at__isnull=True)
    lately = {
        (row.kind, row.subject): row
        for row in Trouble.objects.filter(again).order_by("over_at", "pk")
    }
    for each in found:
        if row := lately.get((each.key, each.subject)):
            Trouble.objects.filter(pk=row.pk).update(over_at=None)
            _still(row, each, now)
    Trouble.objects.bulk_create(
        [
            Trouble(
                kind=each.key,
                subject=each.subject,
                detail=each.detail[:300],
                about_uid=each.about_uid,
                since=each.since,
                seen_at=now,
            )
            for each in found
            if (each.key, each.subject) not in lately
        ],
        ignore_conflicts=True,
    )
