"""What is wrong now. Every answer is read anew, so that it holds while the worker is dead."""

import datetime as dt
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.audit.actors import Actor
from accounts.mail.models import OutgoingMail
from messaging.carriers import registry
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.standing import SILENT_AFTER, is_heard, standing
from messaging.operations.kinds import KINDS, Kind
from messaging.operations.models import Heartbeat, Trouble
from messaging.repeats.queries import overdue
from messaging.sending.models import WAITING, Batch, Message, Receipt, Watermark
from messaging.sending.queries import halt
from messaging.sending.states import BatchState, Lane, State
from smsportal.lib import bells
from smsportal.lib.words import said_when

MINUTE: Final = dt.timedelta(minutes=1)
TOO_LONG: Final = {
    Lane.EMERGENCY: dt.timedelta(seconds=10),
    Lane.INTERACTIVE: 2 * MINUTE,
    Lane.BULK: 30 * MINUTE,
}
SILENT: Final = SILENT_AFTER + dt.timedelta(seconds=15)  # of beat and worker
MAIL_TOO_LONG: Final = 10 * MINUTE
REPORT_LATE: Final = 15 * MINUTE
WORTH_A_REPORT: Final = 10  # texts without any report before it is said of the carrier
UNMATCHED: Final = 10
FORGOTTEN: Final = 2 * MINUTE  # many times what a sweep needs
LEAST_FREE, LEAST_FREE_BYTES = 0.05, 1024**3
SHOWN_FOR: Final = dt.timedelta(days=14)
MOST_SHOWN: Final = 100
REFUSED: Final = "the carrier refuses the account"


@dataclass(frozen=True)
class Found:
    """One thing that is wrong. detail: a whole sentence, or empty."""

    key: str
    subject: str
    since: dt.datetime
    detail: str = ""
    about_uid: UUID | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.key]

    @property
    def what(self) -> str:
        return self.kind.what.format(subject=self.subject)

    @property
    def advice(self) -> str:
        return self.kind.advice.format(subject=self.subject)

    @property
    def href(self) -> str:
        """Of the page where one does something about it; empty without one."""
        name = self.kind.leads[0]
        return reverse(name, args=[self.about_uid] if self.about_uid else []) if name else ""


def find(now: dt.datetime) -> list[Found]:
    """Everything that is wrong, the gravest first as KINDS has them."""
    found = [each for finder in FINDERS for each in finder(now)]
    order = list(KINDS)
    return sorted(found, key=lambda each: (order.index(each.key), each.subject))


def now_wrong(person: Actor, *, now: dt.datetime) -> list[Found]:
    """As `find`, each since when it was first seen, if somebody kept watch then."""
    kept = {
        (row.kind, row.subject): row.since for row in Trouble.objects.visible_to(person).going()
    }
    return [
        replace(each, since=min(each.since, kept.get((each.key, each.subject), each.since)))
        for each in find(now)
    ]


def wrong_count() -> int:
    """As it was when somebody looked last: for a number beside the way to the page."""
    return Trouble.objects.going().count()


def history(person: Actor, *, now: dt.datetime) -> list[Trouble]:
    """What is over, the latest first."""
    over = Trouble.objects.visible_to(person).filter(over_at__gte=now - SHOWN_FOR)
    return list(over.order_by("-over_at", "-pk")[:MOST_SHOWN])


# -- Carriers ------------------------------------------------------------------------------


def _carriers(now: dt.datetime) -> Iterator[Found]:
    every = list(Carrier.objects.filter(is_enabled=True).select_related("health").order_by("name"))
    for carrier in every:
        yield from _carrier(carrier, now)
    if all(carrier.paused_at for carrier in every):
        since = max((carrier.paused_at for carrier in every if carrier.paused_at), default=now)
        yield Found("no_carrier", "", since)


def _carrier(carrier: Carrier, now: dt.datetime) -> Iterator[Found]:
    def found(key: str, since: dt.datetime | None, detail: str = "") -> Found:
        return Found(key, carrier.name, since or now, detail, carrier.uid)

    health: CarrierHealth | None = getattr(carrier, "health", None)
    if carrier.paused_at:
        yield found("carrier_paused", carrier.paused_at)
    elif health is None:
        yield found("sender_silent", carrier.created_at, "It has never run.")
    elif not is_heard(health, now):
        yield found("sender_silent", health.at, f"It was last heard of {_ago(health.at, now)}.")
    elif standing(carrier, now).is_bad:
        key = "account_refused" if health.problem.startswith(REFUSED) else "carrier_down"
        detail = f"{health.problem[:1].upper()}{health.problem[1:]}."
        yield found(key, health.down_since or health.problem_since, detail)
    elif health.is_ready and health.connected_count < health.connection_count:
        some = f"{health.connected_count} of {health.connection_count} are open"
        why = f": {health.problem}" if health.has_problem else ""
        yield found("carrier_partly", health.problem_since, f"{some}{why}.")
    if health is None or carrier.paused_at:
        return
    if is_heard(health, now) and health.is_slowed:
        rate = f"{health.rate:.0f} of {carrier.texts_per_second}" if health.rate else "Fewer"
        yield found("carrier_slowed", None, f"{rate} texts a second now.")
    if registry.KINDS[carrier.kind].reports(carrier.settings):
        yield from (found("no_reports", *facts) for facts in _without_reports(health, now))


def _without_reports(health: CarrierHealth, now: dt.datetime) -> Iterator[tuple[dt.datetime, str]]:
    """Of the last hour, since its texts are counted by the minute for so long."""
    heard = health.last_receipt_at
    silent = {
        minute: count
        for minute, count in health.minutes
        if heard is None or minute * 60 > heard.timestamp()
    }
    old = now - REPORT_LATE
    count = sum(number for minute, number in silent.items() if minute * 60 < old.timestamp())
    if count >= WORTH_A_REPORT:
        since = dt.datetime.fromtimestamp(min(silent) * 60, dt.UTC)
        last = f"The last came {_ago(heard, now)}." if heard else "None has ever come."
        yield since, f"{count:,} texts were taken more than 15 minutes ago. {last}"


# -- Texts ---------------------------------------------------------------------------------


def _restored(now: dt.datetime) -> Iterator[Found]:
    water = Watermark.objects.first()
    if water is None:
        return
    if water.restored_at:
        yield Found("restored", "", water.restored_at, f"{water.restored_why}.")
    elif water.stranger_at and water.stranger_at >= water.at:  # nobody has let it rise since
        yield Found("new_machine", water.stranger, water.stranger_at)


def _halted(now: dt.datetime) -> Iterator[Found]:
    if there := halt():
        yield Found("halted", "", there.at, f"By {there.by_name}: {there.reason}.")


def _waiting(now: dt.datetime) -> Iterator[Found]:
    """Of what may go: not what somebody holds back."""
    if halt() is not None:
        return
    for lane, longest in TOO_LONG.items():
        oldest, count = oldest_waiting(lane, now - longest)
        if oldest:
            subject = Lane(lane).label
            words = "1 message has" if count == 1 else f"{count:,} messages have"
            detail = f"{words} such texts. The first was due {_ago(oldest, now)}."
            yield Found("waiting", subject, oldest, detail)


def oldest_waiting(lane: Lane, before: dt.datetime) -> tuple[dt.datetime | None, int]:
    """Since when the oldest text waits that was due `before`, and in how many batches there are
    such. One short walk in an index for each batch that runs.
    """
    theirs = Message.objects.filter(
        batch_id=OuterRef("pk"), state=State.QUEUED, next_at__lt=before
    ).order_by("next_at")
    runs = Batch.objects.filter(
        state=BatchState.RUNNING,
        lane=lane,
        department__frozen_at__isnull=True,
        department__closed_at__isnull=True,
    ).annotate(first=Subquery(theirs.values("next_at")[:1]))
    answer = runs.filter(first__isnull=False).aggregate(oldest=Min("first"), count=Count("pk"))
    return answer["oldest"], answer["count"]


def _in_doubt(now: dt.datetime) -> Iterator[Found]:
    if count := doubted().count():
        words = "1 text" if count == 1 else f"{count:,} texts"
        yield Found("in_doubt", "", now, f"{words}, of all departments.")


def doubted() -> QuerySet[Message]:
    return Message.objects.filter(state=State.UNKNOWN)


def _reports_unmatched(now: dt.datetime) -> Iterator[Found]:
    """Of the last hour: a few always come late or belong to nobody."""
    alone = Receipt.objects.filter(
        applied_at__isnull=True,
        orphan_at__isnull=True,
        received_at__range=(now - 60 * MINUTE, now - 10 * MINUTE),
    )
    rows = alone.values_list("carrier__name", "carrier__uid").annotate(
        count=Count("pk"), first=Min("received_at")
    )
    for name, uid, count, first in rows.filter(count__gte=UNMATCHED).order_by("carrier__name"):
        detail = f"{count:,} within the last hour, each tried for 10 minutes at least."
        yield Found("reports_unmatched", name, first, detail, uid)


def _forgotten(now: dt.datetime) -> Iterator[Found]:
    """What a sweep that works would have done: quick to ask, unlike the other invariants."""
    due = Batch.objects.filter(
        state__in=WAITING, send_at__lt=now - FORGOTTEN, department__closed_at__isnull=True
    )
    if late := due.aggregate(first=Min("send_at"))["first"]:
        yield Found("schedule_late", "", late)
    if late := overdue(now - FORGOTTEN):
        yield Found("repeat_late", "", late)
    held = Message.objects.filter(state=State.SENDING, lease_until__lt=now - FORGOTTEN)
    if over := held.aggregate(first=Min("lease_until"))["first"]:
        yield Found("lease_forgotten", "", over)


# -- Processes and machines ----------------------------------------------------------------


def _processes(now: dt.datetime) -> Iterator[Found]:
    """What hides what: the worker is given its work by beat, and by way of the broker."""
    has_broker = bells.are_heard()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    silent = [
        Found(f"{name}_silent", "", at or now, _last_heard(at, now))
        for name in ("beat", "worker")
        if (at := beats.get(name)) is None or now - at > SILENT
    ]
    if not has_broker:
        yield Found("broker_away", "", now)
    # Not everybody runs one: it is missed where there has been one.
    if (at := beats.get("relay")) is not None and now - at > SILENT:
        yield Found("relay_silent", "", at, _last_heard(at, now))
    for each in silent:
        if has_broker or each.key == "beat_silent":
            yield each
            break


def is_worker_silent(now: dt.datetime) -> bool:
    return not Heartbeat.objects.filter(name="worker", at__gte=now - SILENT).exists()


def _last_heard(at: dt.datetime | None, now: dt.datetime) -> str:
    return f"It was last heard of {_ago(at, now)}." if at else "It has never run."


def _mail(now: dt.datetime) -> Iterator[Found]:
    waiting = OutgoingMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True)
    old = waiting.filter(created_at__lt=now - MAIL_TOO_LONG).order_by("created_at", "pk")
    if first := old.first():
        count = old.count()
        words = "1 mail waits" if count == 1 else f"{count:,} mails wait"
        said = f" The mail server said: {first.last_error}." if first.last_error else ""
        yield Found("mail_stuck", "", first.created_at, f"{words} longer than 10 minutes.{said}")


def _disk(now: dt.datetime) -> Iterator[Found]:
    """Of this machine, whichever asks."""
    disk = shutil.disk_usage(settings.VAR_DIR)
    if disk.free < LEAST_FREE_BYTES or disk.free < disk.total * LEAST_FREE:
        detail = f"{disk.free // 1024**2:,} MB of {disk.total // 1024**2:,} are free."
        yield Found("disk_full", here(), now, detail)


def here() -> str:
    return socket.gethostname()[:80]


def _ago(at: dt.datetime, now: dt.datetime) -> str:
    return said_when(at, now=now)


Finder = Callable[[dt.datetime], Iterator[Found]]
FINDERS: Final[tuple[Finder, ...]] = (
    _restored,
    _carriers,
    _halted,
    _waiting,
    _in_doubt,
    _reports_unmatched,
    _forgotten,
    _processes,
    _mail,
    _disk,
)
