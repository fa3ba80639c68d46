"""Doors for the worker."""

from typing import Any

from celery import shared_task

from messaging.carriers.calls import hearing
from smsportal.lib import db


@shared_task(name="messaging.forget_calls")
def forget_calls(**_: Any) -> None:
    hearing.forget_old(now=db.database_now())
