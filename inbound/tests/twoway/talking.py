"""Conversations for tests: a question is asked, somebody answers."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.test import Client
from django.urls import reverse

from accounts.people.models import Person
from inbound.tests.make import NUMBER, PHONE, come_in, from_phone
from inbound.twoway.models import Conversation
from messaging.sending import services as sending
from messaging.sending.engine import release
from messaging.sending.models import Basket, BasketRow, Batch
from messaging.tests.make import NOW


def heard(
    words: str, *, phone: str = PHONE, to: str = NUMBER, now: dt.datetime = NOW
) -> Conversation:
    come_in(from_phone(words, to=to, phone=phone), now=now)
    return talk_of(phone)


def talk_of(phone: str = PHONE) -> Conversation:
    return Conversation.objects.select_related("sender").filter(number=phone).latest("pk")


def open_thread(client: Client, talk: Conversation, **headers: str) -> str:
    return client.get(reverse("twoway:thread", args=[talk.uid]), headers=headers).text


def asked(person: Person, numbers: Sequence[str], words: str, *, at: dt.datetime = NOW) -> Batch:
    """Sent from the person's virtual number."""
    basket = Basket.objects.create(department_id=person.department_id, person=person)
    BasketRow.objects.bulk_create(
        BasketRow(basket=basket, row_no=n, state="ok", number=number, source="typed")
        for n, number in enumerate(numbers)
    )
    batch = sending.submit(
        basket=basket,
        body=words,
        sender_kind="number",
        request_key=uuid.uuid4(),
        by=person,
        now=at,
    )
    release.release_due(now=at)
    batch.refresh_from_db()
    return batch
