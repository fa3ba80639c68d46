"""What the worker does for accounts."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.people.services.passwords import mail_reset_link


@shared_task(name="accounts.mail_reset_link")
def mail_reset_link_task(username: str) -> None:
    mail_reset_link(username=username, now=timezone.now())


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> None:
    """Sessions that are over would stay in their table for ever."""
    SessionStore.clear_expired()
