"""Figures for a monitoring system, computed from the database whenever it asks.

Nothing is counted in processes, so it does not matter which of them answers, or how often one of
them was started again.
"""

import datetime as dt
import hmac
import ipaddress
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts.mail.models import OutgoingMail
from inbound.sorting.meaning import Place
from inbound.sorting.models import Sorting
from messaging.operations.models import Heartbeat
from messaging.sending.models import Halt, Message
from messaging.sending.states import Lane, State
from smsportal.lib.db import database_now

# Whoever sends one of these is a proxy, and speaks for somebody who may be anywhere.
PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format, for this machine and for who brings METRICS_TOKEN."""
    if not (_brings_token(request) or _is_on_this_machine(request)):
        words = "Metrics are read on this machine, or with 'Authorization: Bearer' METRICS_TOKEN.\n"
        return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
    registry = CollectorRegistry()
    registry.register(PortalCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class PortalCollector(Collector):
    """What is waiting, what is unsure, and who is at work."""

    def describe(self) -> Iterable[Metric]:
        return ()  # else registering would ask the database once for nothing

    def collect(self) -> Iterator[Metric]:
        now = database_now()
        yield from _queue(now)
        texts = Message.objects
        unknown = texts.filter(state=State.UNKNOWN).count()
        yield _gauge("unknown_texts", "Texts that may have been sent.", unknown)
        stale = texts.filter(state=State.SENDING, lease_until__lt=now).count()
        yield _gauge("stale_leases", "Texts in hand of a sender that has gone.", stale)
        stopped = Halt.objects.filter(is_on=True).count()
        yield _gauge("sending_stopped", "1 while an operator has stopped everything.", stopped)
        yield from _mail(now)
        yield from _incoming(now)
        yield from _heartbeats(now)


def _queue(now: dt.datetime) -> Iterator[Metric]:
    depth = GaugeMetricFamily("smsportal_queued_texts", "Texts waiting.", labels=["lane"])
    age = GaugeMetricFamily(
        "smsportal_oldest_queued_seconds", "How long the first has been due.", labels=["lane"]
    )
    queued = Message.objects.filter(state=State.QUEUED).values("lane")
    found = {row["lane"]: row for row in queued.annotate(count=Count("id"), oldest=Min("next_at"))}
    for lane, label in Lane.choices:
        row = found.get(lane, {"count": 0, "oldest": None})
        depth.add_metric([label.lower()], row["count"])
        age.add_metric([label.lower()], _age(row["oldest"], now))
    yield depth
    yield age


def _mail(now: dt.datetime) -> Iterator[Metric]:
    waiting: QuerySet = OutgoingMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True)
    found = waiting.aggregate(count=Count("id"), oldest=Min("created_at"))
    yield _gauge("waiting_mails", "Mails waiting to be sent.", found["count"])
    oldest = _age(found["oldest"], now)
    yield _gauge("oldest_waiting_mail_seconds", "How long the first has been waiting.", oldest)


def _incoming(now: dt.datetime) -> Iterator[Metric]:
    waiting = Sorting.objects.filter(place=Place.WAITING)
    found = waiting.aggregate(count=Count("id"), oldest=Min("text__received_at"))
    yield _gauge("waiting_incoming_texts", "Texts from phones, not acted on.", found["count"])
    oldest = _age(found["oldest"], now)
    yield _gauge("oldest_waiting_incoming_seconds", "How long the first has been there.", oldest)
    unmatched = Sorting.objects.filter(place=Place.UNMATCHED).count()
    yield _gauge("unmatched_incoming_texts", "Texts from phones, for nobody we know.", unmatched)


def _heartbeats(now: dt.datetime) -> Iterator[Metric]:
    ages = GaugeMetricFamily(
        "smsportal_heartbeat_age_seconds", "Since a process said it works.", labels=["process"]
    )
    for heartbeat in Heartbeat.objects.order_by("name"):
        ages.add_metric([heartbeat.name], _age(heartbeat.at, now))
    yield ages


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"smsportal_{name}", words, value=value)


def _age(since: dt.datetime | None, now: dt.datetime) -> float:
    """Seconds; 0 for nothing, and for what is not due yet."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _brings_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    return (
        bool(expected)
        and kind == "Bearer"
        and hmac.compare_digest(token.strip().encode(), expected.encode())
    )


def _is_on_this_machine(request: HttpRequest) -> bool:
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
