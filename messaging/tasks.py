"""Where Celery looks for this app's tasks."""

from messaging.operations.tasks import heartbeat
from messaging.sending.tasks import (
    drop_cancelled,
    expand_batch,
    expand_waiting,
    release_due,
    tally_changed,
)

__all__ = [
    "drop_cancelled",
    "expand_batch",
    "expand_waiting",
    "heartbeat",
    "release_due",
    "tally_changed",
]
