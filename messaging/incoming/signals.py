"""What incoming texts tell those who act on them."""

from django.dispatch import Signal

# Sent inside the transaction that stores them, once for each text: `texts`, IncomingTexts.
texts_received = Signal()
