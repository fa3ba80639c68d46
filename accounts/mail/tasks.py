"""Doors of the outbox."""

from celery import shared_task

from accounts.mail import engine


@shared_task(name="accounts.send_mail")
def send_mail() -> None:
    engine.send_due()
