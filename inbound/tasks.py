"""Where Celery looks for this app's tasks."""

from inbound.calling.tasks import call
from inbound.sorting.tasks import sort

__all__ = ["call", "sort"]
