"""What is written on the New message page stands on the 2WAY list as well."""

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from accounts.tests.make import make_department, make_user
from billing.tariffs.models import Tariff
from inbound.tests.make import NUMBER, PHONE, come_in, from_phone, make_number
from inbound.tests.twoway.talking import asked, heard, talk_of
from inbound.twoway.models import Conversation
from inbound.twoway.services import add_note, follow, mark_done
from messaging.senders.models import OptOut
from messaging.sending import services as sending
from messaging.sending.engine import release
from messaging.sending.models import Basket, BasketRow, Batch
from messaging.sending.signals import batches_changed
from messaging.sending.tasks import tally_changed
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
UNDONE_AT = LATER + dt.timedelta(seconds=3)
OTHER = "+447700900124"


@pytest.fixture
def amira():
    amira = make_user(make_department(), name="Amira Khan")
    make_number(amira)
    return amira


def write(person, words, *numbers, at=LATER, **how) -> Batch:
    """Sent from the number a moment ago: it can still be undone."""
    basket = Basket.objects.create(department_id=person.department_id, person=person)
    BasketRow.objects.bulk_create(
        BasketRow(
            basket=basket, row_no=n, state="ok", number=number, source="typed", first_name=f"N{n}"
        )
        for n, number in enumerate(numbers or (PHONE,))
    )
    batch = sending.submit(
        basket=basket, body=words, request_key=uuid.uuid4(), by=person, now=at,
        **{"sender_kind": "number", "undo_seconds": 10} | how,
    )  # fmt: skip
    tally_changed()
    return batch


def listed(client, person, **query):
    client.force_login(person)
    shown = client.get(reverse("twoway:list"), query).context["listed"]
    return [(each.talk.number, each.talk.last_words, each.talk.last_is_mine) for each in shown]


def test_a_new_message_moves_its_conversation_up_at_once(client, amira):
    heard("First")
    heard("Second", phone=OTHER, now=NOW + dt.timedelta(minutes=1))
    Conversation.objects.update(unread_count=0)

    write(amira, "The room has changed")

    assert listed(client, amira) == [
        (PHONE, "The room has changed", True), (OTHER, "Second", False),
    ]  # fmt: skip


def test_a_message_to_somebody_new_begins_a_conversation(client, amira):
    write(amira, "Hello ((first name))")

    assert listed(client, amira) == [(PHONE, "Hello N0", True)]
    talk = talk_of()
    assert (talk.person, talk.department, talk.unread_count) == (amira, amira.department, 0)


def test_one_to_many_begins_none_and_moves_those_that_there_are(client, amira):
    heard("First")

    write(amira, "Hi ((first name)), all of you", PHONE, OTHER)

    assert listed(client, amira) == [(PHONE, "Hi N0, all of you", True)]


def test_what_a_program_sends_to_one_begins_none(client, amira):
    write(amira, "Your book is due", source="api")

    assert listed(client, amira) == []


def test_with_the_alpha_tag_nothing_is_said_there(client, amira):
    heard("First")

    write(amira, "From the department", sender_kind="alpha")

    assert listed(client, amira) == [(PHONE, "First", False)]


def test_one_for_later_is_said_when_it_goes(client, amira):
    heard("First")
    wall = dt.datetime(2030, 1, 7, 9)
    batch = write(amira, "On Monday", send_wall=wall)
    assert listed(client, amira) == [(PHONE, "First", False)]

    release.release_due(now=batch.send_at)
    tally_changed()

    assert listed(client, amira) == [(PHONE, "On Monday", True)]
    assert talk_of().last_at == batch.send_at


def test_undone_it_was_never_said(client, amira):
    heard("First")
    batch = write(amira, "The wrong words", PHONE)

    sending.cancel(batch=batch, by=amira, now=UNDONE_AT)
    tally_changed()

    assert listed(client, amira) == [(PHONE, "First", False)]
    assert talk_of().last_at == NOW


def test_undone_after_another_the_other_is_the_last(client, amira):
    heard("First")
    write(amira, "Second", at=NOW + dt.timedelta(minutes=1))
    batch = write(amira, "The wrong words")

    sending.cancel(batch=batch, by=amira, now=UNDONE_AT)
    tally_changed()

    assert listed(client, amira) == [(PHONE, "Second", True)]


def test_undone_the_conversation_that_it_began_is_gone_unless_something_was_noted(client, amira):
    batch = write(amira, "To nobody we know")
    noted = write(amira, "To somebody", OTHER)
    add_note(talk=talk_of(OTHER), words="Met at the open day", by=amira, now=LATER)

    for each in (batch, noted):
        sending.cancel(batch=each, by=amira, now=UNDONE_AT)
    tally_changed()

    assert [number for number, *_ in listed(client, amira)] == [OTHER]


def test_whoever_opted_out_before_it_went_was_told_nothing(client, amira):
    heard("First")
    batch = write(amira, "On Monday", PHONE, OTHER)
    OptOut.objects.create(department=amira.department, number=PHONE, at=LATER)

    release.release_due(now=batch.send_at)
    tally_changed()

    assert listed(client, amira) == [(PHONE, "First", False)]


def test_a_reply_that_came_since_stays_the_last_word(client, amira):
    batch = write(amira, "Can you come?", PHONE)
    come_in(from_phone("Yes", to=NUMBER), now=LATER + dt.timedelta(seconds=5))

    follow([batch.pk])

    assert listed(client, amira) == [(PHONE, "Yes", False)]


def test_it_opens_again_what_was_done_and_only_once(client, amira):
    mark_done(talk=heard("First"), by=amira, now=NOW)
    batch = write(amira, "One more thing")
    assert len(listed(client, amira)) == 1

    mark_done(talk=talk_of(), by=amira, now=LATER)
    follow([batch.pk])

    assert listed(client, amira) == []


def test_a_test_to_ones_own_mobile_is_no_conversation(client, amira):
    write(amira, "Hello", source="test")

    assert listed(client, amira) == []


def test_a_colleagues_message_moves_nothing(client, amira):
    colleague = make_user(amira.department)
    make_number(colleague, "+447700900951")
    heard("First")

    write(colleague, "Hello from me")

    assert listed(client, amira) == [(PHONE, "First", False)]


def test_a_fault_in_the_list_holds_no_message_up(amira):
    def fault(**_):
        raise RuntimeError

    batches_changed.connect(fault)
    try:
        batch = asked(amira, [PHONE], "Hello")
        tally_changed()
    finally:
        batches_changed.disconnect(fault)

    batch.refresh_from_db()
    assert batch.tallied_at is not None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_message_and_a_text_at_the_same_moment_are_one_conversation():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    amira = make_user(make_department(), name="Amira Khan")
    make_number(amira)
    batch = asked(amira, [PHONE], "Hello")
    start = threading.Barrier(2)

    def at_once(deed):
        try:
            start.wait()
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = pool.submit(at_once, lambda: follow([batch.pk]))
        came = pool.submit(at_once, lambda: come_in(from_phone("Hi", to=NUMBER)))
        said.result(), came.result()

    assert Conversation.objects.get().unread_count == 1
