from contextlib import suppress

from celery import shared_task

from messaging.operations import engine, services
from messaging.sending.engine import watermark
from smsportal.lib.db import database_now


@shared_task(name="messaging.heartbeat")
def heartbeat() -> None:
    """That a worker runs this is the proof that it works."""
    engine.beat("worker")
    with suppress(watermark.Restored):
        watermark.rise(now=database_now())


@shared_task(name="messaging.watch")
def watch() -> None:
    services.watch(now=database_now())
