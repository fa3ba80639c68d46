"""Where Celery looks for this app's tasks."""

from inbound.calling.tasks import call
from inbound.sorting.tasks import sort
from inbound.twoway.tasks import digest

__all__ = ["call", "digest", "sort"]
