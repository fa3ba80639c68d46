"""Calls of carriers: proven and kept here, before they are answered; read by the carrier's sender,
as it reads whatever else the carrier says. A call that is kept is never lost and applied once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Max, Q

from messaging.carriers.base import Event
from messaging.carriers.calls.heard import About, Heard, Listener, NotProven
from messaging.carriers.calls.proofs import once
from messaging.carriers.models import Carrier, CarrierCall

LONGEST: Final = 64 * 1024  # bytes of a body; no report comes near
LONGEST_PROBLEM: Final = 200
KEPT_FOR: Final = dt.timedelta(days=30)
SHOWN_FOR: Final = dt.timedelta(hours=24)
AT_ONCE: Final = 500


@dataclass(frozen=True)
class Told:
    """What came of a carrier's calls in the last day. problem, refused: the last of each."""

    last_at: dt.datetime | None
    count: int
    waiting_count: int
    problem_count: int
    problem: str
    refused_at: dt.datetime | None
    refused_why: str


def carrier_called(uid: UUID) -> Carrier | None:
    return Carrier.objects.filter(uid=uid).first()


def keep(carrier: Carrier, listener: Listener, heard: Heard, *, now: dt.datetime) -> None:
    """Once it returns, the carrier may forget it. Raises NotProven."""
    try:
        proof = listener.prove(heard, now=now)
    except NotProven as why:
        cache.set(_refused_key(carrier), (now, str(why)), SHOWN_FOR.total_seconds())
        raise
    call = CarrierCall(
        carrier=carrier,
        about=heard.about,
        query=heard.url.partition("?")[2],
        content_type=heard.content_type[:100],
        body=heard.body,
        once=once(heard.about.encode(), proof) if proof else None,
        received_at=now,
    )
    # The unique index passes over one that came before: a carrier that missed our answer.
    CarrierCall.objects.bulk_create([call], ignore_conflicts=True)


def unread(carrier_id: int, listener: Listener, limit: int, *, now: dt.datetime) -> list[Event]:
    """What the carrier has told us, the same until it is done with. Calls that say nothing for us
    are done with at once, each with the reason if there is one.
    """
    waiting = CarrierCall.objects.filter(carrier_id=carrier_id, read_at__isnull=True)
    events: list[Event] = []
    finished: list[CarrierCall] = []
    for call in waiting.order_by("pk")[:limit]:
        reading = listener.read(_heard(call), call.pk)
        events += reading.events
        if reading.problem:
            call.problem = reading.problem[:LONGEST_PROBLEM]
        if not reading.events:
            call.read_at = now
        if reading.problem or not reading.events:
            finished.append(call)
    if finished:
        CarrierCall.objects.bulk_update(finished, ["problem", "read_at"])
    return events


def done_with(calls: Sequence[Any], *, now: dt.datetime) -> None:
    CarrierCall.objects.filter(pk__in=set(calls), read_at__isnull=True).update(read_at=now)


def forget_old(*, now: dt.datetime) -> int:
    old = CarrierCall.objects.filter(read_at__isnull=False, received_at__lt=now - KEPT_FOR)
    gone = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        gone += CarrierCall.objects.filter(pk__in=ids).delete()[0]
    return gone


def told(carrier: Carrier, *, now: dt.datetime) -> Told:
    recent = CarrierCall.objects.filter(carrier=carrier, received_at__gte=now - SHOWN_FOR)
    odd = recent.exclude(problem="")
    refused_at, refused_why = cache.get(_refused_key(carrier)) or (None, "")
    return Told(
        **recent.aggregate(
            last_at=Max("received_at"),
            count=Count("pk"),
            waiting_count=Count("pk", filter=Q(read_at__isnull=True)),
        ),
        problem_count=odd.count(),
        problem=odd.order_by("-pk").values_list("problem", flat=True).first() or "",
        refused_at=refused_at,
        refused_why=refused_why,
    )


def _heard(call: CarrierCall) -> Heard:
    headers = {"content-type": call.content_type}
    return Heard(About(call.about), f"?{call.query}", headers, bytes(call.body))


def _refused_key(carrier: Carrier) -> str:
    return f"call-refused:{carrier.pk}"
