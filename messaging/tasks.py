"""Where Celery looks for this app's tasks."""

from messaging.operations.tasks import heartbeat

__all__ = ["heartbeat"]
