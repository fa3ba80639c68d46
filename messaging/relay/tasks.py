"""Doors for the worker."""

from typing import Any

from celery import shared_task

from messaging.relay.services import forget_old_receipts, grouping, summaries
from messaging.sending.engine import watermark
from smsportal.lib import db


@shared_task(name="messaging.tell_of_repeats")
def tell_of_repeats(**_: Any) -> None:
    now = db.database_now()
    if not watermark.holds_back(now=now):
        grouping.tell_of_repeats(now=now)


@shared_task(name="messaging.mail_relay_summaries")
def mail_relay_summaries(**_: Any) -> None:
    now = db.database_now()
    if not watermark.holds_back(now=now):
        summaries.mail_summaries(now=now)


@shared_task(name="messaging.forget_relayed")
def forget_relayed(**_: Any) -> None:
    forget_old_receipts(now=db.database_now())
