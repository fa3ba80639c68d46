"""A door for the worker: idempotent, called by beat."""

from typing import Any

from celery import shared_task

from billing.usage import engine


@shared_task(name="billing.count_usage")
def count_usage(**_: Any) -> None:
    engine.count_changed()
