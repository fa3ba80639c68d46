"""Texts that the portal itself sends for a department."""

import uuid

import pytest

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department
from messaging.senders.models import OptOut
from messaging.senders.queries import Choice
from messaging.sending.errors import CapReached, EmptyText, NobodyToText, NotNow, TooManyParts
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.services import submit_automatic
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db

FROM_NUMBER = Choice("number", "+447700900950", takes_replies=True)


def send(department, numbers=("+447700900123",), body="Thank you.", **order):
    return submit_automatic(
        **{
            "department": department,
            "numbers": numbers,
            "body": body,
            "sender": FROM_NUMBER,
            "source": "reply",
            "name": "Automatic reply of CHORUS",
            "request_key": uuid.uuid4(),
            "now": NOW,
            **order,
        }
    )


def test_it_is_in_line_at_once_and_on_the_departments_bill():
    department = make_department()

    batch = send(department, ["+447700900123", "+447700900124", "+447700900123"])

    assert (batch.state, batch.person_count, batch.part_count) == ("running", 2, 2)
    assert (batch.department, batch.person, batch.person_name) == (
        department, None, "Automatic reply of CHORUS",
    )  # fmt: skip
    assert (batch.cost_code, batch.sender) == ("PH0123", "+447700900950")
    assert set(Message.objects.values_list("number", "state")) == {
        ("+447700900123", "queued"),
        ("+447700900124", "queued"),
    }


def test_the_same_request_again_is_the_first_batch():
    department, key = make_department(), uuid.uuid4()

    assert send(department, request_key=key) == send(department, request_key=key)
    assert Batch.objects.count() == 1


def test_it_counts_for_the_departments_caps_and_for_no_persons():
    department = make_department(parts_per_month_cap=10)

    send(department, [drama(n) for n in range(3)])

    used = dict(Allowance.objects.values_list("scope", "used_count"))
    assert used == {"department_year": 3, "department_month": 3}


@pytest.mark.parametrize(
    ("fields", "order", "error"),
    [
        ({"parts_per_month_cap": 1}, {"numbers": [drama(1), drama(2)]}, CapReached),
        ({"parts_per_batch_cap": 1}, {"numbers": [drama(1), drama(2)]}, CapReached),
        ({"frozen_at": NOW}, {}, NotNow),
        ({"closed_at": NOW}, {}, NotNow),
        ({}, {"body": " \n"}, EmptyText),
        ({}, {"numbers": []}, NobodyToText),
        ({}, {"body": "x" * 1000}, TooManyParts),
    ],
)
def test_what_cannot_be_sent_leaves_nothing_behind(fields, order, error):
    department = make_department(**fields)

    with pytest.raises(error):
        send(department, **order)

    assert (Batch.objects.count(), AuditEvent.objects.count()) == (0, 0)
    assert not Allowance.objects.filter(used_count__gt=0).exists()


def test_who_opted_out_is_left_out():
    department = make_department()
    OptOut.objects.create(department=department, number=drama(1), at=NOW)

    batch = send(department, [drama(1), drama(2)])

    assert [text.number for text in batch.messages.all()] == [drama(2)]
    with pytest.raises(NobodyToText):
        send(department, [drama(1)])


def test_the_confirmation_of_a_stop_reaches_who_opted_out():
    department = make_department()
    OptOut.objects.create(department=department, number=drama(1), at=NOW)

    batch = send(department, [drama(1)], source="confirmation", despite_opt_out=True)

    assert batch.messages.get().state == "queued"


def test_it_is_in_the_departments_activity():
    department = make_department()

    batch = send(department)

    line = AuditEvent.objects.get()
    assert (line.actor_name, line.department_id, line.verb) == (
        "Automatic reply of CHORUS", department.pk, "messages.automatic",
    )  # fmt: skip
    assert line.words == f"Sent message {batch.reference} to 1 person."
