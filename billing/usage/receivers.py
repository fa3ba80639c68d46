"""What has moved is marked here, in the same transaction, to be counted by the worker."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from billing.usage.engine import counting
from inbound.sorting.signals import texts_sorted
from messaging.incoming.models import IncomingText
from messaging.sending.signals import batches_tallied


@receiver(batches_tallied)
def mark_batches(*, batch_ids: Sequence[int], **_: Any) -> None:
    counting.mark(batch_ids=batch_ids)


@receiver(texts_sorted)
def mark_days(*, texts: Sequence[IncomingText], **_: Any) -> None:
    counting.mark(received_at=[text.received_at for text in texts])
