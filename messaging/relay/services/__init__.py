"""What the relay does with an email that has been proven, besides sending it."""

from messaging.relay.services.grouping import take

__all__ = ["take"]
