"""Conversations: what comes in is heard, and what a user answers, notes and sets right."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from inbound.twoway.models import Answer, Conversation
from inbound.twoway.spelling import said
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender

SHOWN = 160  # characters of the last text, in a list


def hear(texts: Sequence[IncomingText]) -> None:
    """Texts to rented numbers, once each: the list says so, and answers are read."""
    theirs = [text for text in texts if text.person_id]
    if not theirs:
        return
    with transaction.atomic():
        _bring_up_to_date(theirs)
        Answer.objects.bulk_create(
            Answer(text=text, message_id=text.message_id, said=said(text.body))
            for text in theirs
            if text.message_id
        )


def _bring_up_to_date(texts: Sequence[IncomingText]) -> None:
    rented = Sender.objects.filter(
        number__in={text.to_number for text in texts}, released_at__isnull=True
    )
    senders = {sender.number: sender for sender in rented}
    by_talk: dict[tuple[int, str], list[IncomingText]] = defaultdict(list)
    for text in texts:
        if text.to_number in senders:
            by_talk[senders[text.to_number].pk, text.from_number].append(text)
    known = Conversation.objects.filter(
        sender__in=[key[0] for key in by_talk], number__in=[key[1] for key in by_talk]
    )
    old = {(each.sender_id, each.number): each.pk for each in known}
    new = [_talk(key, those) for key, those in by_talk.items() if key not in old]
    Conversation.objects.bulk_create(new)
    for key, those in by_talk.items():
        if key in old:
            last = those[-1]
            # Counted by the database: its user may be reading it at this moment.
            Conversation.objects.filter(pk=old[key]).update(
                unread_count=F("unread_count") + len(those),
                last_at=last.received_at,
                last_words=last.body[:SHOWN],
                last_is_mine=False,
                done_at=None,
            )


def _talk(key: tuple[int, str], texts: Sequence[IncomingText]) -> Conversation:
    last = texts[-1]
    return Conversation(
        sender_id=key[0],
        number=key[1],
        person_id=last.person_id,
        department_id=last.department_id,
        last_at=last.received_at,
        last_words=last.body[:SHOWN],
        unread_count=len(texts),
    )
