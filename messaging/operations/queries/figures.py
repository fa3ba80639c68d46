"""The figures that show that all is well, or how far it is not."""

import datetime as dt
import shutil
from typing import Final, NamedTuple

from django.conf import settings

from accounts.mail.models import OutgoingMail
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.standing import standing
from messaging.operations.models import Heartbeat
from messaging.operations.queries.troubles import doubted, here
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.lib import bells
from smsportal.lib.words import said_when

MOST_COUNTED: Final = 10_000
LEAST_MB: Final = 1024**2


class Figure(NamedTuple):
    label: str
    words: str


def figures(now: dt.datetime) -> list[Figure]:
    """What is asked first at 3 a.m., in that order."""
    return [*_processes(now), *_carriers(now), *_queues(), _mail(), _disk()]


def _processes(now: dt.datetime) -> list[Figure]:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    return [
        Figure("Worker", _heard(beats.get("worker"), now)),
        Figure("Clock (beat)", _heard(beats.get("beat"), now)),
        Figure("Redis", "Answers" if bells.are_heard() else "Does not answer"),
        Figure("Watch kept by itself", _heard(beats.get("watch"), now)),
    ]


def _heard(at: dt.datetime | None, now: dt.datetime) -> str:
    if at is None:
        return "Never heard"
    seconds = max(0, int((now - at).total_seconds()))
    return f"Heard {seconds} s ago" if seconds < 120 else f"Last heard {said_when(at, now=now)}"


def _carriers(now: dt.datetime) -> list[Figure]:
    shown = []
    for carrier in Carrier.objects.filter(is_enabled=True).select_related("health").order_by("pk"):
        health: CarrierHealth | None = getattr(carrier, "health", None)
        words = standing(carrier, now).words
        if health and health.last_accepted_at:
            words += f"; last text taken {said_when(health.last_accepted_at, now=now)}"
        if health and health.last_receipt_at:
            words += f", last report {said_when(health.last_receipt_at, now=now)}"
        shown.append(Figure(carrier.name, words))
    return shown


def _queues() -> list[Figure]:
    waiting = Message.objects.filter(state=State.QUEUED).values("pk")[: MOST_COUNTED + 1].count()
    more = waiting > MOST_COUNTED
    shown = f"More than {MOST_COUNTED:,}" if more else f"{waiting:,}"
    return [
        Figure("Texts waiting", shown),
        Figure("Texts that may have been sent", f"{doubted().count():,}"),
    ]


def _mail() -> Figure:
    waiting = OutgoingMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True)
    return Figure("Mails waiting", f"{waiting.count():,}")


def _disk() -> Figure:
    disk = shutil.disk_usage(settings.VAR_DIR)
    words = f"{disk.free // LEAST_MB:,} MB of {disk.total // LEAST_MB:,}"
    return Figure(f"Free on the disk of {here()}", words)
