"""Which carrier takes which text."""

from django.db.models import Q, QuerySet

from messaging.carriers.models import Carrier
from messaging.sending.models import Message
from messaging.sending.states import State

# Ofcom's drama range: people who do not exist. A real network must never be asked to find them.
PRACTICE = Q(number__startswith="+447700900")


def for_carrier(carrier: Carrier) -> QuerySet:
    """The waiting texts that `carrier` may take.

    A text that may have been sent stays with the carrier that had it. Real numbers go to real
    carriers wherever there is one; with none, the sandbox is all there is, and plays them all.
    """
    waiting = Message.objects.filter(state=State.QUEUED)
    pinned = Q(maybe_sent=False) | Q(carrier=carrier)
    if not carrier.is_sandbox:
        return waiting.filter(pinned).exclude(PRACTICE)
    has_real = Carrier.objects.filter(is_enabled=True, is_sandbox=False).exists()
    return waiting.filter(pinned & PRACTICE if has_real else pinned)


def is_practice_refused() -> bool:
    """Whether no carrier will ever take a practice number: there are some, and all are real."""
    enabled = set(Carrier.objects.filter(is_enabled=True).values_list("is_sandbox", flat=True))
    return enabled == {False}
