"""Texts from phones, stored once, before anybody acts on them."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from messaging.carriers.base import Part
from messaging.carriers.models import Carrier
from messaging.incoming.models import IncomingPart, IncomingText
from messaging.incoming.signals import text_received
from messaging.senders.models import Sender
from messaging.sending.models import Message

MISSING = " [part missing] "
PARTS_WAIT = dt.timedelta(minutes=30)


def store(
    *,
    carrier: Carrier,
    carrier_ref: str,
    from_number: str,
    to_number: str,
    body: str,
    now: dt.datetime,
    part: Part | None = None,
) -> IncomingText | None:
    """Store a text under the carrier's reference; the same one again answers the first.

    It belongs to whoever has the number it was sent to, and answers the last text from there.
    part: of a long text, which comes to be with the last of them; until then the answer is None.
    """
    with transaction.atomic():
        if part is not None:
            return _store_part(
                IncomingPart(
                    carrier=carrier,
                    carrier_ref=carrier_ref,
                    from_number=from_number,
                    to_number=to_number,
                    reference=part.reference,
                    number=part.number,
                    total=part.total,
                    body=body,
                    received_at=now,
                )
            )
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


def _store_part(part: IncomingPart) -> IncomingText | None:
    # The unique index passes over one that was stored before.
    IncomingPart.objects.bulk_create([part], ignore_conflicts=True)
    parts = list(_of_one_text(part).order_by("number"))
    return _join(parts, now=part.received_at) if len(parts) == part.total else None


def _of_one_text(part: IncomingPart) -> QuerySet[IncomingPart]:
    return IncomingPart.objects.filter(
        carrier=part.carrier_id,
        from_number=part.from_number,
        to_number=part.to_number,
        reference=part.reference,
        total=part.total,
    )


def _join(parts: list[IncomingPart], *, now: dt.datetime) -> IncomingText | None:
    """One text of parts in their order, and of a mark where one is missing."""
    first = parts[0]
    bodies = {part.number: part.body for part in parts}
    with transaction.atomic():
        text = store(
            carrier=first.carrier,
            carrier_ref=first.carrier_ref,
            from_number=first.from_number,
            to_number=first.to_number,
            body="".join(bodies.get(n, MISSING) for n in range(1, first.total + 1)),
            now=now,
        )
        IncomingPart.objects.filter(pk__in=[part.pk for part in parts]).delete()
    return text


def join_what_waits(*, now: dt.datetime) -> int:
    """Texts whose other parts are not coming any more, in as many words as came."""
    old = IncomingPart.objects.filter(received_at__lt=now - PARTS_WAIT).order_by("pk")
    count = 0
    while part := old.first():
        _join(list(_of_one_text(part).order_by("number")), now=now)
        count += 1
    return count


def _answered(from_number: str, to_number: str) -> Message | None:
    sent = Message.objects.filter(number=from_number, batch__sender=to_number)
    return sent.order_by("-pk").first()
