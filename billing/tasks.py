"""Where Celery looks for this app's tasks."""

from billing.usage.tasks import count_usage

__all__ = ["count_usage"]
