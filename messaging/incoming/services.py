"""Texts from phones, stored once, before anybody acts on them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Max

from messaging.carriers.base import TextFromPhone
from messaging.carriers.models import Carrier
from messaging.incoming.models import IncomingPart, IncomingText
from messaging.incoming.signals import texts_received
from messaging.senders.models import Sender
from messaging.sending.models import Message
from smsportal.lib.db import CHUNK

MISSING: Final = " [part missing] "
PARTS_WAIT: Final = dt.timedelta(minutes=30)
# A carrier that missed our answer sends a text again at once: the same words from the same phone
# in the same ten minutes are the same text, where the carrier gives it no id.
SAME_TEXT_SECONDS: Final = 600


def store(
    *, carrier: Carrier, texts: Sequence[TextFromPhone], now: dt.datetime
) -> list[IncomingText]:
    """Store texts under the carrier's references; answers those that are new and whole.

    Each belongs to whoever has the number it was sent to, and answers the last text from there. A
    long text comes to be with the last of its parts.
    """
    with transaction.atomic():
        whole = [_text(carrier, text, now) for text in texts if text.part is None]
        parts = [_part(carrier, text, now) for text in texts if text.part is not None]
        return _store(carrier, [*whole, *_completed(carrier, parts, now)])


def join_what_waits(*, now: dt.datetime) -> int:
    """Texts whose other parts are not coming any more, in as many words as came; answers how many.
    Forgets the parts of those that are whole, once they cannot come again.
    """
    gone = now - dt.timedelta(seconds=SAME_TEXT_SECONDS)
    IncomingPart.objects.filter(joined_at__lt=gone).delete()
    old = IncomingPart.objects.filter(joined_at=None, received_at__lt=now - PARTS_WAIT)
    count = 0
    while part := old.order_by("pk").select_related("carrier").first():
        with transaction.atomic():
            (those,) = _together(part.carrier, [part]).values()
            _store(part.carrier, [_joined(those, now)])
        count += 1
    return count


def _text(carrier: Carrier, text: TextFromPhone, now: dt.datetime) -> IncomingText:
    return IncomingText(
        carrier=carrier,
        carrier_ref=_ref(text, now),
        from_number=_plain(text.from_number)[:20],
        to_number=_plain(text.to_number)[:16],
        body=_plain(text.body),
        received_at=now,
    )


def _part(carrier: Carrier, text: TextFromPhone, now: dt.datetime) -> IncomingPart:
    assert text.part is not None
    return IncomingPart(
        carrier=carrier,
        carrier_ref=_ref(text, now),
        from_number=_plain(text.from_number)[:20],
        to_number=_plain(text.to_number)[:16],
        reference=text.part.reference,
        number=text.part.number,
        total=text.part.total,
        body=_plain(text.body),
        received_at=now,
    )


def _ref(text: TextFromPhone, now: dt.datetime) -> str:
    said = f"{text.fingerprint}-{int(now.timestamp()) // SAME_TEXT_SECONDS}"
    return _plain(text.carrier_ref or said)[:64]


def _plain(words: str) -> str:
    """PostgreSQL keeps no NUL, and one text must not keep the others out."""
    return words.replace("\x00", "")


def _store(carrier: Carrier, texts: Iterable[IncomingText]) -> list[IncomingText]:
    by_ref: dict[str, IncomingText] = {}
    for text in texts:
        by_ref.setdefault(text.carrier_ref, text)
    known = IncomingText.objects.filter(carrier=carrier, carrier_ref__in=list(by_ref))
    for ref in known.values_list("carrier_ref", flat=True):
        del by_ref[ref]
    fresh = list(by_ref.values())
    if fresh:
        _find_owners(fresh)
        IncomingText.objects.bulk_create(fresh, batch_size=CHUNK)
        texts_received.send(sender=IncomingText, texts=fresh)
    return fresh


def _find_owners(texts: Sequence[IncomingText]) -> None:
    live = Sender.objects.filter(
        number__in={text.to_number for text in texts}, released_at__isnull=True
    )
    owners = {owner.number: owner for owner in live}
    theirs = [text for text in texts if text.to_number in owners]
    answered = _answered({text.from_number for text in theirs}, owners)
    for text in theirs:
        owner = owners[text.to_number]
        text.department_id, text.person_id = owner.department_id, owner.person_id
        text.message_id = answered.get((text.from_number, text.to_number))


def _answered(phones: Collection[str], numbers: Collection[str]) -> dict[tuple[str, str], int]:
    """The last text that each of these phones got from each of these numbers."""
    if not phones:
        return {}
    sent = Message.objects.filter(number__in=list(phones), batch__sender__in=list(numbers))
    last = sent.values_list("number", "batch__sender").annotate(last=Max("pk")).order_by()
    return {(phone, number): pk for phone, number, pk in last}


Key = tuple[str, str, int, int]  # from, to, reference, total


def _key(part: IncomingPart) -> Key:
    return part.from_number, part.to_number, part.reference, part.total


def _completed(
    carrier: Carrier, parts: Sequence[IncomingPart], now: dt.datetime
) -> list[IncomingText]:
    if not parts:
        return []
    # The unique index passes over one that was stored before.
    IncomingPart.objects.bulk_create(parts, ignore_conflicts=True, batch_size=CHUNK)
    together = _together(carrier, parts).values()
    return [_joined(those, now) for those in together if len(those) == those[0].total]


def _together(carrier: Carrier, parts: Sequence[IncomingPart]) -> dict[Key, list[IncomingPart]]:
    """All that have come of the texts of these, each text's in their order."""
    wanted = {_key(part) for part in parts}
    near = IncomingPart.objects.filter(
        carrier=carrier,
        from_number__in={key[0] for key in wanted},
        reference__in={key[2] for key in wanted},
        joined_at=None,
    )
    found: dict[Key, list[IncomingPart]] = defaultdict(list)
    for part in near.order_by("number"):
        if _key(part) in wanted:
            found[_key(part)].append(part)
    return found


def _joined(parts: Sequence[IncomingPart], now: dt.datetime) -> IncomingText:
    """One text of parts in their order, and of a mark where one is missing."""
    first = parts[0]
    bodies = {part.number: part.body for part in parts}
    IncomingPart.objects.filter(pk__in=[part.pk for part in parts]).update(joined_at=now)
    return IncomingText(
        carrier=first.carrier,
        carrier_ref=first.carrier_ref,
        from_number=first.from_number,
        to_number=first.to_number,
        body="".join(bodies.get(n, MISSING) for n in range(1, first.total + 1)),
        received_at=now,
    )
