"""A door for the worker; rung with every store of texts, and by beat."""

from typing import Any

from celery import shared_task

from inbound.sorting import services
from smsportal.lib.db import database_now


@shared_task(name="inbound.sort")
def sort(**_: Any) -> None:
    services.sort_waiting(now=database_now())
