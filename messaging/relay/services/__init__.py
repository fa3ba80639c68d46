"""What the relay does with an email, and the relay itself."""

from messaging.relay.services.grouping import take
from messaging.relay.services.serving import Relay
from messaging.relay.services.storing import Mail, Outcome, Storing, forget_old_receipts

__all__ = ["Mail", "Outcome", "Relay", "Storing", "forget_old_receipts", "take"]
