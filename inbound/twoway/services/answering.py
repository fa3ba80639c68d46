"""A text in a conversation: written in its reply box, sent from the virtual number."""

import datetime as dt
import uuid
from typing import Final

from django.db import IntegrityError, transaction

from accounts.people.access import require
from accounts.people.models import Person
from inbound.twoway.models import SHOWN, SOURCE, Conversation
from inbound.twoway.queries.talks import contacts
from inbound.twoway.services.keeping import require_own
from messaging.senders.models import OptOut
from messaging.senders.queries import sender_choices
from messaging.sending import services as sending
from messaging.sending.models import Basket, BasketRow, Batch, RowSource, RowState
from messaging.text.repair import with_plain_line_ends
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display

MAY: Final = "send_texts"


def answer(
    *, talk: Conversation, words: str, request_key: uuid.UUID, by: Person, now: dt.datetime
) -> Batch:
    """One text, at once. The same words under the same request_key again answer the batch that
    they made the first time. Raises Refused.
    """
    require(by, MAY)
    require_own(talk, by)
    words = with_plain_line_ends(words).strip()
    # With the words in it: whoever goes back and writes something else means another text.
    key = uuid.uuid5(talk.uid, f"{request_key} {words}")
    if earlier := _earlier(key, by):
        return earlier
    _refuse(talk, words, by)
    try:
        return _send(talk, words, key, by, now)
    except IntegrityError:
        if earlier := _earlier(key, by):  # a second click, at the same moment
            return earlier
        raise


def _earlier(key: uuid.UUID, by: Person) -> Batch | None:
    return Batch.objects.filter(request_key=key, person_id=by.pk).first()


def _send(talk: Conversation, words: str, key: uuid.UUID, by: Person, now: dt.datetime) -> Batch:
    with transaction.atomic():
        batch = sending.submit(
            basket=_basket(talk, by, now),
            body=words,
            sender_kind="number",
            number=talk.sender.number,
            request_key=key,
            source=SOURCE,
            by=by,
            now=now,
        )
        text = batch.messages.get()
        # Not opened again: whoever is done may say thank you.
        Conversation.objects.filter(pk=talk.pk, last_at__lte=now).update(
            last_at=now, last_words=(text.body or batch.body)[:SHOWN], last_is_mine=True
        )
    return batch


def _refuse(talk: Conversation, words: str, by: Person) -> None:
    if not words:
        raise Refused("Write the reply to send.", field="reply")
    if not talk.is_with_a_phone:
        raise Refused(f"{talk.shown_number} is not a phone, so it cannot be answered.")
    if talk.sender.number not in {choice.value for choice in sender_choices(by)}:
        raise Refused(
            f"{display(talk.sender.number)} is not your number any more, so a reply cannot come "
            "from it. Nothing was sent. Write a new message instead."
        )
    if OptOut.objects.numbers(by.department_id, among=[talk.number]):
        raise Refused(
            f"{talk.shown_number} asked not to be texted, so this reply was not sent. They "
            "can text START to your number."
        )
    by.department.refresh_from_db(fields=["frozen_at", "closed_at"])
    if by.department.frozen_at or by.department.closed_at:
        raise Refused(
            f"{by.department} is {by.department.status}, so nothing can be sent. Your words are "
            "kept in the box. Ask the messaging team."
        )


def _basket(talk: Conversation, by: Person, now: dt.datetime) -> Basket:
    basket = Basket.objects.create(
        department_id=by.department_id, person=by, created_at=now, changed_at=now
    )
    contact = contacts(by, [talk.number]).get(talk.number)
    BasketRow.objects.create(
        basket=basket,
        row_no=0,
        state=RowState.OK,
        number=talk.number,
        first_name=contact.first_name if contact else "",
        last_name=contact.last_name if contact else "",
        is_private=contact is not None and not contact.is_global,
        source=RowSource.CONTACT if contact else RowSource.TYPED,
        source_uid=contact.uid if contact else None,
        contact=contact,
    )
    return basket
