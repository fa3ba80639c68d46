"""Doors for the worker. Each is idempotent; beat calls the sweeps, bells the others."""

from typing import Any

from celery import shared_task

from messaging.sending import services
from messaging.sending.engine import expand, release, sweeps, tally, watermark
from messaging.sending.models import Batch
from messaging.sending.services import notices
from messaging.sending.signals import batches_changed
from smsportal.lib import db


@shared_task(name="messaging.expand_batch")
def expand_batch(*, batch_id: int, **_: Any) -> None:
    expand.alone(Batch.objects.get(pk=batch_id), now=db.database_now())


@shared_task(name="messaging.expand_waiting")
def expand_waiting(**_: Any) -> None:
    expand.expand_waiting(now=db.database_now())


@shared_task(name="messaging.drop_cancelled")
def drop_cancelled(*, batch_id: int, **_: Any) -> None:
    release.drop_cancelled(Batch.objects.get(pk=batch_id), now=db.database_now())


@shared_task(name="messaging.drop_stopped")
def drop_stopped(*, batch_id: int, **_: Any) -> None:
    release.drop_stopped(Batch.objects.get(pk=batch_id), now=db.database_now())


@shared_task(name="messaging.release_due")
def release_due(**_: Any) -> None:
    now = db.database_now()
    if watermark.holds_back(now=now):
        return
    release.release_due(now=now)
    release.drop_all_cancelled(now=now)
    release.drop_all_stopped(now=now)


@shared_task(name="messaging.tally")
def tally_changed(**_: Any) -> None:
    now = db.database_now()
    changed = tally.tally_changed(now=now)
    services.tell_about_finished(now=now)
    if changed:
        batches_changed.send_robust(sender=Batch, batch_ids=changed)


@shared_task(name="messaging.tell_of_caps")
def tell_of_caps(**_: Any) -> None:
    notices.tell_of_caps(now=db.database_now())


@shared_task(name="messaging.sweep")
def sweep(**_: Any) -> None:
    now = db.database_now()
    if not watermark.holds_back(now=now):
        sweeps.sweep(now=now)
