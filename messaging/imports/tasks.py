from celery import shared_task
from django.utils import timezone

from messaging.imports import services
from messaging.imports.engine import sweeping
from smsportal.lib.bells import enqueue


@shared_task(name="messaging.run_import")
def run_import(*, import_id: int) -> None:
    services.run(import_id=import_id, now=timezone.now())


@shared_task(name="messaging.imports_waiting")
def imports_waiting() -> None:
    """For bells that were lost; one that is at work lets the second go at once."""
    for import_id in sweeping.waiting():
        enqueue("messaging.run_import", import_id=import_id)


@shared_task(name="messaging.forget_imports")
def forget_imports() -> None:
    sweeping.forget(timezone.now())
