"""Doors for the worker: beat asks what has come round, and each is seen to on its own."""

from typing import Any

from celery import shared_task

from messaging.repeats import services
from messaging.sending.engine import watermark
from smsportal.lib import db


@shared_task(name="messaging.run_repeats")
def run_repeats(**_: Any) -> None:
    now = db.database_now()
    if not watermark.holds_back(now=now):
        services.run_due(now=now)


@shared_task(name="messaging.run_occurrence")
def run_occurrence(*, occurrence_id: int, **_: Any) -> None:
    now = db.database_now()
    if not watermark.holds_back(now=now):
        services.run(occurrence_id=occurrence_id, now=now)
