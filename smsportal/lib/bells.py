"""Ringing a task by name, after commit. A bell may be lost; sweeps find what it missed."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from smsportal.lib import broker

log = logging.getLogger(__name__)
ASK_SECONDS = 0.5
_is_muted = ContextVar("is_muted", default=False)
# One thread, so that no page ever waits for a broker that accepts and never answers.
_ringer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")


@contextmanager
def muted() -> Iterator[None]:
    """While data is made before anybody could hear: the sweeps find what a bell would be for."""
    muting = _is_muted.set(True)
    try:
        yield
    finally:
        _is_muted.reset(muting)


def enqueue(task: str, **arguments: Any) -> None:
    """Ring `task` with primitive keyword arguments once this transaction has committed."""

    # Not a partial: Django names a callback that failed by its __qualname__.
    def ring() -> None:
        _ring(task, arguments)

    transaction.on_commit(ring, robust=True)


def _ring(task: str, arguments: dict[str, Any]) -> None:
    if _is_muted.get():
        return
    if settings.CELERY_TASK_ALWAYS_EAGER:
        current_app.tasks[task].apply(kwargs=arguments)
    else:
        _ringer.submit(_publish, task, arguments)


def _publish(task: str, arguments: dict[str, Any]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments)
    except Exception as error:  # one line: an outage loses a bell for every press of a button
        log.warning("bell lost: %s: %s", task, error)


def are_heard() -> bool:
    """Whether the broker answers, within half a second."""
    url = broker.cache_url(settings.VAR_DIR, settings.REDIS_URL)
    client = redis.Redis.from_url(
        url,
        socket_timeout=ASK_SECONDS,
        socket_connect_timeout=ASK_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
