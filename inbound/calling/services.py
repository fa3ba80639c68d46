"""Calling the address that an admin gave for a keyword: put in line with the text, made by the
worker outside any transaction, tried again for a day.
"""

import asyncio
import datetime as dt
import ssl
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inbound.calling import writing
from inbound.calling.models import WebhookCall
from inbound.keywords.models import Keyword
from messaging.carriers.http import guard
from messaging.carriers.http.exchange import Call
from messaging.carriers.http.wire import BEFORE_A_BYTE, NO_ANSWER, Unwritable, Wire
from messaging.incoming.models import IncomingText
from smsportal.lib import db
from smsportal.lib.bells import enqueue
from smsportal.lib.sealing import unseal

LEASE: Final = dt.timedelta(minutes=2)
SECONDS: Final = {"connect": 5.0, "read": 10.0, "write": 10.0}
PAUSES: Final = [
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 519)
]  # a day in all
GONE: Final = 410  # the other side wants no more of them
MOST_IN_A_RUN: Final = 200


def is_inside(host: str) -> bool:
    """Whoever may set a keyword up could else have the worker call what only it can reach."""
    return host in settings.WEBHOOK_HOSTS_INSIDE


def refusal_of(url: str) -> str:
    """Why an address cannot be called, in words; empty where it can."""
    try:
        place = guard.place_of(url)
    except ValueError:
        return "is no address of the web"
    if not place.is_secure and not is_inside(place.host):
        return "must begin with https://, so that nobody on the way can read the texts"
    return ""


def put_in_line(*, keyword: Keyword, text: IncomingText, words: str, now: dt.datetime) -> None:
    """In the transaction that gives the text its place."""
    WebhookCall.objects.create(keyword=keyword, text=text, words=words, created_at=now, next_at=now)
    enqueue("inbound.call")


def call_due() -> int:
    """Make the calls that are due; answers how many were taken."""
    taken = 0
    for _ in range(MOST_IN_A_RUN):
        call = _claim()
        if call is None:
            break
        trouble, is_final = _make(call)
        taken += not trouble
        _settle(call, trouble, is_final=is_final)
    return taken


def _claim() -> WebhookCall | None:
    now = db.database_now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waits = WebhookCall.objects.filter(
        free, taken_at__isnull=True, given_up_at__isnull=True, next_at__lte=now
    )
    with transaction.atomic():
        claimed = db.claim(waits.order_by("next_at", "pk"), 1, lease_until=now + LEASE)
    found = WebhookCall.objects.select_related("keyword", "text").filter(pk__in=claimed)
    return found.first()


def _make(call: WebhookCall) -> tuple[str, bool]:
    """Outside any transaction. Answers what went wrong, and whether another try is of no use."""
    keyword, text = call.keyword, call.text
    if keyword.released_at or not keyword.webhook_url:
        return "the keyword calls nobody any more", True
    if refusal := refusal_of(keyword.webhook_url):
        return f"its address {refusal}", True
    content = writing.body(
        keyword=keyword.word,
        words=call.words,
        from_number=text.from_number,
        to_number=text.to_number,
        received_at=text.received_at,
    )
    headers = writing.headers(
        call_id=str(call.uid),
        at=db.database_now(),
        content=content,
        secret=unseal(keyword.webhook_secret),
    )
    try:
        status = asyncio.run(_ask(Call("POST", keyword.webhook_url, headers, content)))
    except Unwritable:
        return "its address cannot be called", True
    except guard.Unsafe as why:
        return str(why), True
    except (*BEFORE_A_BYTE, *NO_ANSWER, OSError, ValueError):
        return "it could not be reached, or did not answer", False
    if 200 <= status < 300:
        return "", True
    return f"it answered {status}", status == GONE


async def _ask(call: Call) -> int:
    place = guard.place_of(call.url)
    async with asyncio.timeout(SECONDS["connect"]):
        addresses = await guard.resolve(place, trusts=is_inside)
    wire = Wire(place, ssl.create_default_context() if place.is_secure else None, SECONDS)
    try:
        return (await wire.ask(call, addresses[0])).status
    finally:
        await wire.close()


def _settle(call: WebhookCall, trouble: str, *, is_final: bool) -> None:
    now = db.database_now()
    call.attempt_count += 1
    call.lease_until = None
    call.last_error = trouble[:160]
    if not trouble:
        call.taken_at = now
    elif is_final or call.attempt_count > len(PAUSES):
        call.given_up_at = now
    else:
        call.next_at = now + PAUSES[call.attempt_count - 1]
    call.save()
