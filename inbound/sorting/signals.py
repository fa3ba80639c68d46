"""What sorted texts tell those who count them."""

from django.dispatch import Signal

# Sent in the transaction that gives them their place: `texts`, IncomingTexts.
texts_sorted = Signal()
