"""Where Celery looks for this app's tasks."""

from accounts.mail.tasks import send_mail
from accounts.people.tasks import mail_reset_link_task

__all__ = ["mail_reset_link_task", "send_mail"]
