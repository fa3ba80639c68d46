"""A door for the worker, opened by beat."""

from typing import Any

from celery import shared_task

from inbound.twoway import services
from smsportal.lib.db import database_now


@shared_task(name="inbound.digest")
def digest(**_: Any) -> None:
    services.send_digests(now=database_now())
