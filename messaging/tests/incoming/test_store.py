"""Texts from phones: stored once, and given to whoever they are for."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.base import Part, TextFromPhone
from messaging.incoming import services
from messaging.incoming.models import IncomingText
from messaging.incoming.signals import texts_received
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

    def listen(texts, **_):
        told.extend(texts)

    texts_received.connect(listen)
    yield told
    texts_received.disconnect(listen)


def said(ref="R1", to=NUMBER, body="Yes", **other):
    return TextFromPhone("key", ref, PHONE, to, body, **other)


def store(carrier, *texts, now=NOW):
    return services.store(carrier=carrier, texts=texts or [said()], now=now)


def test_a_text_belongs_to_whoever_has_the_number(carrier):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER)

    [text] = store(carrier)

    assert (text.person, text.department, text.received_at) == (user, user.department, NOW)


def test_it_answers_the_last_text_that_was_sent_from_that_number(carrier):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER)
    from_number = {"sender": NUMBER, "sender_kind": "number"}
    make_queued(user, [PHONE], **from_number)
    latest = make_queued(user, [PHONE], **from_number)[0]
    make_queued(user, [PHONE], sender="PHYSICS")
    make_queued(user, ["+447700900124"], **from_number)

    [text] = store(carrier)

    assert text.message == latest


def test_the_same_text_again_changes_nothing(carrier, heard):
    [first] = store(carrier)

    assert store(carrier) == []
    assert store(carrier, said(), said("R2"), said("R2")) == [IncomingText.objects.last()]
    assert IncomingText.objects.count() == 2
    assert heard[0] == first


def test_a_text_without_an_id_is_the_same_for_ten_minutes(carrier):
    once = said("", fingerprint="abc")
    later = NOW + dt.timedelta(minutes=10)

    assert [len(store(carrier, once, now=now)) for now in (NOW, NOW, later)] == [1, 0, 1]


def test_a_text_to_a_number_nobody_has_is_kept(carrier, heard):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER, released_at=NOW)

    [text] = store(carrier)

    assert (text.person, text.department, text.message) == (None, None, None)
    assert heard == [text]


def test_many_are_stored_with_as_many_questions_as_one(carrier, django_assert_max_num_queries):
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number=NUMBER)
    many = [said(f"R{n}", part=Part(n, 1, 2) if n % 2 else None) for n in range(400)]

    with django_assert_max_num_queries(16):
        assert len(store(carrier, *many)) == 200


def test_a_text_that_no_database_could_keep_keeps_no_other_out(carrier):
    odd = TextFromPhone("key", "R\x00" + "9" * 100, "+" + "1" * 40, "8" * 40, "a\x00b" * 5000)

    assert [text.body for text in store(carrier, odd, said())] == ["ab" * 5000, "Yes"]


def part(number, ref, body, reference=7):
    return said(ref, body=body, part=Part(reference, number, 3))


def test_a_long_text_comes_to_be_with_the_last_of_its_parts(carrier, heard):
    assert store(carrier, part(3, "P3", "three")) == []
    assert store(carrier, part(1, "P1", "one, "), said()) == [heard[0]]
    [text] = store(carrier, part(2, "P2", "two, "))

    assert (text.body, text.carrier_ref) == ("one, two, three", "P1")


def test_a_part_that_comes_again_changes_nothing(carrier):
    store(carrier, *[part(n, f"P{n}", str(n)) for n in (1, 2, 3)])

    assert store(carrier, part(2, "P2", "2")) == []
    services.join_what_waits(now=NOW + dt.timedelta(hours=1))
    assert list(IncomingText.objects.values_list("body", flat=True)) == ["123"]


def test_two_long_texts_with_one_reference_are_two_where_time_lies_between(carrier):
    later = NOW + dt.timedelta(minutes=11)
    store(carrier, *[part(n, f"P{n}", str(n)) for n in (1, 2, 3)])
    services.join_what_waits(now=later)
    store(carrier, *[part(n, f"Q{n}", "x") for n in (1, 2, 3)], now=later)

    assert set(IncomingText.objects.values_list("body", flat=True)) == {"123", "xxx"}


def test_a_text_whose_other_parts_never_come_is_stored_as_it_is(carrier):
    store(carrier, part(3, "P3", "three"), part(1, "P1", "one"))

    assert services.join_what_waits(now=NOW + dt.timedelta(minutes=29)) == 0
    assert services.join_what_waits(now=NOW + dt.timedelta(minutes=31)) == 1
    [body] = IncomingText.objects.values_list("body", flat=True)
    assert body == "one [part missing] three"
