"""What the practice phones hold, for the page that shows them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from messaging.carriers.models import Carrier, SimulatedKind, SimulatedText

SHOWN = [SimulatedKind.TO_PHONE, SimulatedKind.FROM_PHONE]


@dataclass(frozen=True)
class Handset:
    number: str
    text_count: int
    last_at: dt.datetime


def networks() -> QuerySet[Carrier]:
    """The carriers that the simulator plays, by SMPP or without; the demo has one."""
    return Carrier.objects.filter(is_sandbox=True).order_by("pk")


def handsets(*, now: dt.datetime, limit: int = 50) -> list[Handset]:
    """The phones that hold a text, the latest first."""
    held = SimulatedText.objects.filter(kind__in=SHOWN, got_at__lte=now)
    rows = held.values("number").annotate(count=Count("pk"), last=Max("got_at"))
    return [
        Handset(row["number"], row["count"], row["last"]) for row in rows.order_by("-last")[:limit]
    ]


def texts_of(number: str, *, now: dt.datetime, limit: int = 100) -> list[SimulatedText]:
    """The texts on one phone, sent and received, the oldest first."""
    held = SimulatedText.objects.filter(number=number, kind__in=SHOWN, got_at__lte=now)
    return list(reversed(held.order_by("-got_at", "-pk")[:limit]))
