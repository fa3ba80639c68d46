"""What messages on their way tell those who follow them."""

from django.dispatch import Signal

# Sent by the worker after it has counted, robustly: `batch_ids`, those that were accepted, begun,
# undone or otherwise changed since. The same batch comes again and again.
batches_changed = Signal()

# Sent with `batch_ids` in the transaction that keeps what was counted of them: what they cost may
# have changed.
batches_tallied = Signal()
