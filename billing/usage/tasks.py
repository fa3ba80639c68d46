"""A door for the worker: idempotent, called by beat."""

from typing import Any

from celery import shared_task

from billing.usage.engine import counting


@shared_task(name="billing.count_usage")
def count_usage(**_: Any) -> None:
    counting.count_changed()
