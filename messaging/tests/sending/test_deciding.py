"""Who decides about texts that may have been sent, about which, and where it is written down."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from messaging.sending import services
from messaging.sending.models import Attempt, Batch, Message
from messaging.sending.queries import Chosen, in_doubt
from messaging.sending.services import doubt
from messaging.tests.make import NOW, make_simulator
from messaging.tests.sending.doubts import (
    LATER,
    MINUTE,
    chosen,
    doubtful,
    send_again,
    state,
    treat,
)
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def operator():
    return make_operator(name="Tomasz Zielinski")


def test_a_doubt_is_somebodys_to_decide_once_it_is_some_minutes_old(carrier):
    doubtful(carrier)
    message = Message.objects.get()

    assert message.doubted_at == NOW
    assert not in_doubt(NOW + MINUTE).exists()
    assert in_doubt(NOW + 2 * MINUTE).get() == message


def test_what_came_into_doubt_since_somebody_looked_is_not_meant(carrier, operator):
    doubtful(carrier)
    looked_at = NOW + MINUTE

    done = services.send_again(
        chosen=chosen(looked_at, carrier=carrier), reason="Lost", by=operator, now=LATER
    )

    assert (done, state()) == (0, "unknown")


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_nobody_else_decides(carrier, make):
    doubtful(carrier)

    for deed in (send_again, treat):
        with pytest.raises(PermissionDenied):
            deed(make())

    assert state() == "unknown"


def test_without_a_reason_nothing_is_decided(carrier, operator):
    doubtful(carrier)

    for deed in (send_again, treat):
        with pytest.raises(Refused, match="Say why"):
            deed(operator, reason=" . ")
        with pytest.raises(Refused, match="It can have 200"):
            deed(operator, reason="x" * 201)

    assert (state(), AuditEvent.objects.count()) == ("unknown", 0)


def test_nothing_chosen_is_not_everything(carrier, operator):
    doubtful(carrier)

    assert services.send_again(chosen=Chosen(LATER), reason="x", by=operator, now=LATER) == 0


def test_a_message_or_a_carrier_is_decided_about_as_a_whole(carrier, operator):
    doubtful(carrier, 3)
    other = make_simulator(name="other")
    doubtful(other, 2)
    first = Batch.objects.order_by("pk").first()

    assert treat(operator, batch=first) == 3
    assert send_again(operator, carrier=other) == 2
    assert sorted(Message.objects.values_list("state", flat=True)) == [
        *["failed"] * 3,
        *["queued"] * 2,
    ]


def test_thousands_are_decided_in_portions(carrier, operator, monkeypatch):
    monkeypatch.setattr(doubt, "CHUNK", 2)
    monkeypatch.setattr(doubt, "MOST_AT_ONCE", 4)
    monkeypatch.setattr("messaging.sending.engine.doubt.CHUNK", 2)
    doubtful(carrier, 7)

    assert [treat(operator, carrier=carrier) for _ in range(3)] == [4, 3, 0]


def test_each_decision_is_in_the_trail_of_its_department_and_in_the_story_of_each_text(
    carrier, operator
):
    first, second = make_department(), make_department()
    doubtful(carrier, 2, make_user(first))
    doubtful(carrier, 1, make_user(second))
    two, one = Batch.objects.order_by("pk")

    send_again(operator, carrier=carrier, reason="The carrier's log has none of them.")

    assert list(AuditEvent.objects.order_by("pk").values_list("department_id", "words")) == [
        (
            first.pk,
            f"Had 2 texts of message {two.reference} sent again, although they may arrive twice: "
            "The carrier's log has none of them.",
        ),
        (
            second.pk,
            f"Had 1 text of message {one.reference} sent again, although it may arrive twice: "
            "The carrier's log has none of them.",
        ),
    ]
    granted = Attempt.objects.filter(phase="granted").values_list("granted_by_name", "words")
    assert list(granted) == [(operator.audit_name, "The carrier's log has none of them")] * 3
