"""Texts that were stored are put in line here, in the same transaction."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from inbound.sorting import services
from messaging.incoming.models import IncomingText
from messaging.incoming.signals import texts_received


@receiver(texts_received)
def put_in_line(*, texts: Sequence[IncomingText], **_: Any) -> None:
    services.put_in_line(texts)
