"""Texts from phones: stored once, and given to whoever they are for."""

import pytest

from accounts.tests.make import make_user
from messaging.incoming import services
from messaging.incoming.models import IncomingText
from messaging.incoming.signals import text_received
from messaging.senders.models import Sender
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

PHONE, NUMBER = "+447700900123", "+447700900950"


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def heard():
    """The texts that were told of."""
    told = []

    def listen(text, **_):
        told.append(text)

    text_received.connect(listen)
    yield told
    text_received.disconnect(listen)


def store(carrier, ref="R1", to=NUMBER):
    return services.store(
        carrier=carrier, carrier_ref=ref, from_number=PHONE, to_number=to, body="Yes", now=NOW
    )


def test_a_text_belongs_to_whoever_has_the_number(carrier):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER)

    text = store(carrier)

    assert (text.person, text.department, text.received_at) == (user, user.department, NOW)


def test_it_answers_the_last_text_that_was_sent_from_that_number(carrier):
    user = make_user()
    from_number = {"sender": NUMBER, "sender_kind": "number"}
    make_queued(user, [PHONE], **from_number)
    latest = make_queued(user, [PHONE], **from_number)[0]
    make_queued(user, [PHONE], sender="PHYSICS")
    make_queued(user, ["+447700900124"], **from_number)

    assert store(carrier).message == latest


def test_the_same_text_again_is_the_first(carrier, heard):
    first = store(carrier)
    again = store(carrier)

    assert (again, IncomingText.objects.count(), heard) == (first, 1, [first])


def test_a_text_to_a_number_nobody_has_is_kept(carrier, heard):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER, released_at=NOW)

    text = store(carrier)

    assert (text.person, text.department, text.message) == (None, None, None)
    assert heard == [text]
