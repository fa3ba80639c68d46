"""What incoming texts tell those who act on them."""

from django.dispatch import Signal

# Sent inside the transaction that stores it, once for each text: `text`, an IncomingText.
text_received = Signal()
