"""A door for the worker; rung with a text, and by beat."""

from typing import Any

from celery import shared_task

from inbound.calling import services


@shared_task(name="inbound.call")
def call(**_: Any) -> None:
    services.call_due()
