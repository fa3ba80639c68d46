"""Accepting a message: once, whole, by those who may."""

import datetime as dt
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from messaging.senders.models import OptOut, Sender
from messaging.sending import errors
from messaging.sending.models import Allowance, BasketRow, Batch, Message
from messaging.tests.make import NOW, drama, make_basket, make_batch
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


def used(scope):
    return Allowance.objects.get(scope=scope).used_count


def test_an_accepted_message_has_a_row_for_each_person_at_once():
    user = make_user()

    batch = make_batch(user, people=3, body="Lecture moved to 2pm", undo_seconds=10)

    texts = batch.messages.order_by("row_no")
    assert list(texts.values_list("number", "name", "body", "part_count", "state")) == [
        (drama(n), f"Name{n}", "", 1, "queued") for n in range(3)
    ]
    assert (batch.state, batch.send_at - NOW) == ("held", dt.timedelta(seconds=10))
    assert (batch.person_count, batch.part_count, batch.cost_tenths) == (3, 3, 105)
    assert batch.cost_code == "PH0123"


def test_each_person_gets_their_own_words_counted_in_their_own_parts():
    user = make_user()
    basket = make_basket(user, 2)
    BasketRow.objects.filter(basket=basket, row_no=1).update(first_name="N" * 79)

    batch = make_batch(user, basket=basket, body="Hi ((first name)), " + "x" * 100)

    texts = batch.messages.order_by("row_no").values_list("body", "part_count")
    assert [parts for _, parts in texts] == [1, 2]
    assert texts[0][0] == "Hi Name0, " + "x" * 100
    assert batch.part_count == 3


def test_a_field_answered_once_for_everyone_makes_the_same_words_for_all():
    batch = make_batch(make_user(), body="Room ((room))", fill={"room": "B12"})

    assert (batch.body, batch.wording, batch.is_merged) == ("Room B12", "Room ((room))", False)


def test_a_missing_value_stops_the_message_and_names_the_people():
    user = make_user()
    basket = make_basket(user, 2)
    BasketRow.objects.filter(basket=basket, row_no=1).update(first_name="", last_name="")

    with pytest.raises(errors.MissingValues) as refusal:
        make_batch(user, basket=basket, body="Hi ((first name))")

    assert refusal.value.words == (
        f"1 person has nothing for ((first name)): {drama(1)}. "
        "Give a value, or take it out of the message."
    )
    assert Batch.objects.count() == 0


def test_a_second_click_finds_the_batch_of_the_first():
    user, key = make_user(), uuid.uuid4()
    basket = make_basket(user)

    batches = [make_batch(user, basket=basket, request_key=key) for _ in range(2)]

    assert batches[0] == batches[1]
    assert (Batch.objects.count(), Message.objects.count(), used("person_day")) == (1, 3, 3)


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_the_same_moment_make_one_batch():
    user, key = make_user(), uuid.uuid4()
    basket = make_basket(user)
    found = []

    def click():
        try:
            found.append(make_batch(user, basket=basket, request_key=key).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [Batch.objects.get().pk] * 10
    assert used("department_year") == 3


def test_an_admin_the_operator_and_finance_cannot_send_by_this_door():
    department = make_department()
    basket = make_basket(make_user(department))

    for person in (make_admin(department), make_operator(), make_finance()):
        with pytest.raises(PermissionDenied):
            make_batch(person, basket=basket)

    assert Message.objects.count() == 0


def test_nobody_sends_to_another_persons_basket():
    mine, theirs = make_user(), make_user()

    with pytest.raises(PermissionDenied):
        make_batch(mine, basket=make_basket(theirs))


def test_a_frozen_department_sends_nothing():
    department = make_department(frozen_at=NOW)

    with pytest.raises(errors.NotNow) as refusal:
        make_batch(make_user(department))

    assert "is frozen, so nothing can be sent" in refusal.value.words


def test_people_who_opted_out_are_left_out_before_charging():
    user = make_user()
    basket = make_basket(user, 3)
    OptOut.objects.create(department=user.department, number=drama(1), at=NOW)

    batch = make_batch(user, basket=basket)

    assert (batch.person_count, batch.left_out) == (2, {"opted_out": 1})


def test_s77_without_a_number_of_their_own_everybody_sends_with_the_alpha_tag():
    batch = make_batch(make_user(), sender_kind="number")

    assert (batch.sender, batch.sender_kind) == ("PHYSICS", "alpha")


def test_s79_a_user_with_a_virtual_number_can_send_with_it():
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number="+447700900950")

    batch = make_batch(user, sender_kind="number")

    assert (batch.sender, batch.sender_kind) == ("+447700900950", "number")


def test_a_message_of_seven_parts_is_refused():
    with pytest.raises(errors.TooManyParts, match="makes 7 texts for one person"):
        make_batch(make_user(), body="x" * 919)


def test_the_basket_of_an_accepted_message_cannot_be_sent_again():
    user = make_user()
    basket = make_basket(user)
    make_batch(user, basket=basket)

    with pytest.raises(Refused, match="changed in another window"):
        make_batch(user, basket=basket)


def test_the_audit_trail_tells_who_sent_what():
    user = make_user(name="Amira Khan", username="phys0423")

    batch = make_batch(user, undo_seconds=10)

    line = AuditEvent.objects.get()
    assert (line.actor_name, line.words) == (
        "Amira Khan (phys0423)",
        f"Sent message {batch.reference} to 3 people.",
    )
