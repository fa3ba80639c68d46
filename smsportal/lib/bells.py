"""Ringing a task by name, after commit. A bell may be lost; sweeps find what it missed."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
# One thread, so that no page ever waits for a broker that accepts and never answers.
_ringer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")


def enqueue(task: str, **arguments: Any) -> None:
    """Ring `task` with primitive keyword arguments once this transaction has committed."""

    # Not a partial: Django names a callback that failed by its __qualname__.
    def ring() -> None:
        _ring(task, arguments)

    transaction.on_commit(ring, robust=True)


def _ring(task: str, arguments: dict[str, Any]) -> None:
    if settings.CELERY_TASK_ALWAYS_EAGER:
        current_app.tasks[task].apply(kwargs=arguments)
    else:
        _ringer.submit(_publish, task, arguments)


def _publish(task: str, arguments: dict[str, Any]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments)
    except Exception as error:  # one line: an outage loses a bell for every press of a button
        log.warning("bell lost: %s: %s", task, error)
