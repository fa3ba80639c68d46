"""The worker's calendar of renewals."""

from celery import shared_task
from django.utils import timezone

from accounts.renewals import services


@shared_task(name="accounts.renewals")
def renewals() -> None:
    now = timezone.now()
    services.mail_due(now=now)
    services.close_cancelled(now=now)
