"""A message from a virtual number stands in its conversations, whoever wrote it where."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from inbound.twoway import services
from messaging.sending.signals import batches_changed


@receiver(batches_changed)
def follow(*, batch_ids: Sequence[int], **_: Any) -> None:
    services.follow(batch_ids)
