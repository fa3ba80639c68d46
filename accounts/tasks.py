"""Where Celery looks for this app's tasks."""

from accounts.mail.tasks import send_mail

__all__ = ["send_mail"]
