"""What can be true of a text and of a batch: one table, in the words people see."""

from dataclasses import dataclass

from django.db import models


class State(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "May have been sent"
    SUBMITTED = "submitted", "Sent, waiting for the network"
    UNCONFIRMED = "unconfirmed", "No report from the network"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Not sent: our problem"
    EXPIRED = "expired", "Not sent: our problem"
    CANCELLED = "cancelled", "Cancelled"


class BatchState(models.TextChoices):
    HELD = "held", "Sending in a moment"  # the seconds in which Send can be undone
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Sending"
    STOPPED = "stopped", "Stopped"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


class Lane(models.IntegerChoices):
    EMERGENCY = 0, "Emergency"
    INTERACTIVE = 1, "Interactive"
    BULK = 2, "Bulk"


FINAL = frozenset(
    {State.DELIVERED, State.UNDELIVERED, State.FAILED, State.EXPIRED, State.CANCELLED}
)
# The carrier has them, or may have: they can be charged, and never become "not sent".
NOT_SENT = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})


class Undelivered(models.TextChoices):
    """Why the network did not deliver: the reason of an `undelivered` text."""

    ABSENT = "absent", "Phone off or full"
    DEAD = "dead", "Number does not work"
    BLOCKED = "blocked", "Blocked by network"


def key_of(state: str, reason: str) -> str:
    """`undelivered` is counted by its reason: the three have different words."""
    return f"{state}:{reason}" if state == State.UNDELIVERED else str(state)


@dataclass(frozen=True)
class Words:
    """How one text is shown: `key` names icon and tone, `next_step` is what a person can do."""

    key: str
    words: str
    next_step: str
    is_final: bool
    charged: str  # "Yes", "No", "Not yet"
