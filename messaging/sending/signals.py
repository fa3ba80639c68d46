"""What batches tell those who add up what they cost."""

from django.dispatch import Signal

# Something has moved, and has been counted. Sent with `batch_ids`, in the transaction that keeps
# the count: what they cost may have changed.
batches_tallied = Signal()
