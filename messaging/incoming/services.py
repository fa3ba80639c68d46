"""Texts from phones, stored once, before anybody acts on them."""

import datetime as dt

from django.db import transaction

from messaging.carriers.models import Carrier
from messaging.incoming.models import IncomingText
from messaging.incoming.signals import text_received
from messaging.senders.models import Sender
from messaging.sending.models import Message


def store(
    *,
    carrier: Carrier,
    carrier_ref: str,
    from_number: str,
    to_number: str,
    body: str,
    now: dt.datetime,
) -> IncomingText:
    """Store a text under the carrier's reference; the same one again answers the first.

    It belongs to whoever has the number it was sent to, and answers the last text from there.
    """
    with transaction.atomic():
        earlier = IncomingText.objects.filter(carrier=carrier, carrier_ref=carrier_ref).first()
        if earlier is not None:
            return earlier
        owner = Sender.objects.filter(number=to_number, released_at__isnull=True).first()
        text = IncomingText.objects.create(
            carrier=carrier,
            carrier_ref=carrier_ref,
            from_number=from_number,
            to_number=to_number,
            body=body,
            received_at=now,
            department_id=owner.department_id if owner else None,
            person_id=owner.person_id if owner else None,
            message=_answered(from_number, to_number),
        )
        text_received.send(sender=IncomingText, text=text)
    return text


def _answered(from_number: str, to_number: str) -> Message | None:
    sent = Message.objects.filter(number=from_number, batch__sender=to_number)
    return sent.order_by("-pk").first()
