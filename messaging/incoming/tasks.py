from celery import shared_task

from messaging.incoming import services
from smsportal.lib.db import database_now


@shared_task(name="messaging.join_parts")
def join_parts() -> None:
    services.join_what_waits(now=database_now())
