"""What the operators look at before they decide."""

from dataclasses import dataclass

from messaging.sending.models import Message
from messaging.sending.states import State


@dataclass(frozen=True)
class Queue:
    waiting: int
    in_hand: int


def queue() -> Queue:
    """Counts over all departments; no words and no numbers of anybody."""
    texts = Message.objects
    return Queue(
        waiting=texts.filter(state=State.QUEUED).count(),
        in_hand=texts.filter(state=State.SENDING).count(),
    )
