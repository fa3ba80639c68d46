"""What messages on their way tell those who follow them."""

from django.dispatch import Signal

# Sent by the worker after it has counted, robustly: `batch_ids`, those that were accepted, begun,
# undone or otherwise changed since. The same batch comes again and again.
batches_changed = Signal()
