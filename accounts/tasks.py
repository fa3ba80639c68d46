"""Where Celery looks for this app's tasks."""

from accounts.mail.tasks import send_mail
from accounts.people.tasks import forget_sessions, mail_reset_link_task
from accounts.renewals.tasks import renewals

__all__ = ["forget_sessions", "mail_reset_link_task", "renewals", "send_mail"]
