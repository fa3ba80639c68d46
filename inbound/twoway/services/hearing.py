"""What comes in is heard: the list of conversations says so, and answers are read."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from inbound.twoway.models import NO_QUESTIONS, SHOWN, Answer, Conversation
from inbound.twoway.spelling import Said, said
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Message


def hear(texts: Sequence[IncomingText]) -> None:
    """Texts to rented numbers, once each: the list says so, and answers are read."""
    theirs = [text for text in texts if text.person_id]
    if not theirs:
        return
    with transaction.atomic():
        _bring_up_to_date(theirs)
        questions = _questions(theirs)
        Answer.objects.bulk_create(
            Answer(text=text, message_id=questions[text.pk], said=said(text.body))
            for text in theirs
            if text.pk in questions
        )


def _questions(texts: Sequence[IncomingText]) -> dict[int, int]:
    """By the text, the message that it answers: the last one, unless that was said in the
    conversation itself. "Which lab?" "On floor 2." "Yes then" says yes to what was asked before.
    """
    found = {text.pk: text.message_id for text in texts if text.message_id}
    chat = set(
        Message.objects.filter(
            pk__in=set(found.values()), batch__source__in=NO_QUESTIONS
        ).values_list("pk", flat=True)
    )
    if not chat:
        return found
    in_chat = [text for text in texts if found.get(text.pk) in chat]
    open_ones = _open_questions(in_chat)
    for text in in_chat:
        del found[text.pk]
        if question := open_ones.get((text.from_number, text.to_number)):
            found[text.pk] = question
    return found


def _open_questions(texts: Sequence[IncomingText]) -> dict[tuple[str, str], int]:
    """The last message of each phone that was no chat, where it has no yes or no by now."""
    asked = Message.objects.filter(
        number__in={text.from_number for text in texts},
        batch__sender__in={text.to_number for text in texts},
        batch__person__in={text.person_id for text in texts},
    ).exclude(batch__source__in=NO_QUESTIONS)
    last = asked.values_list("number", "batch__sender").annotate(last=Max("pk")).order_by()
    found = {(phone, number): pk for phone, number, pk in last}
    answered = Answer.objects.filter(message__in=found.values()).exclude(said=Said.OTHER)
    over = set(answered.values_list("message_id", flat=True))
    return {key: pk for key, pk in found.items() if pk not in over}


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
    try:
        with transaction.atomic():
            Conversation.objects.bulk_create(new)
    except IntegrityError:  # its user wrote to them first, at this moment
        _bring_up_to_date(texts)
        return
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
