"""Texts that may have been sent: what is heard of them after the messaging team has decided."""

import pytest

from accounts.tests.make import make_operator, make_user
from messaging.carriers.base import DeliveryReceipt, Outcome
from messaging.senders.models import OptOut
from messaging.sending.engine import invariants, receipts
from messaging.sending.models import Allowance, Attempt, Batch, Message
from messaging.sending.states import words_for
from messaging.tests.make import NOW, make_simulator
from messaging.tests.sending.doubts import (
    LATER,
    MINUTE,
    claim,
    doubtful,
    record,
    send_again,
    state,
    story,
    treat,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def operator():
    return make_operator(name="Tomasz Zielinski")


def test_sent_again_it_goes_by_the_same_carrier_under_the_same_reference(carrier, operator):
    [first] = doubtful(carrier)
    other = make_simulator(name="other")

    send_again(operator)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent) == ("queued", True)
    assert words_for(message).words == "Waiting: the messaging team has it sent again"
    assert claim(other, LATER) == []
    [again] = claim(carrier, LATER)
    assert (again.reference, again.attempt) == (first.reference, 2)


def test_two_who_decide_at_once_decide_once(carrier, operator):
    doubtful(carrier)

    assert [send_again(operator), treat(operator), send_again(make_operator())] == [1, 0, 0]
    assert Attempt.objects.filter(phase="granted").count() == 1


def test_its_batch_goes_on_until_it_has_gone(carrier, operator):
    doubtful(carrier)
    Batch.objects.update(state="finished", finished_at=NOW)

    send_again(operator)

    assert Batch.objects.get().state == "running"
    assert len(claim(carrier, LATER)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: Batch.objects.update(state="stopped"),
        lambda text: Message.objects.update(valid_until=LATER),
        lambda text: type(text.carrier).objects.update(is_enabled=False),
        lambda text: type(text.department).objects.update(closed_at=NOW),
        lambda text: OptOut.objects.create(department=text.department, number=text.number, at=NOW),
    ],
    ids=["stopped", "too old", "carrier off", "department closed", "opted out"],
)
def test_what_must_not_go_is_not_sent_again_and_can_be_treated_as_not_sent(
    carrier, operator, spoil
):
    doubtful(carrier)
    spoil(Message.objects.select_related("carrier", "department").get())

    assert (send_again(operator), state()) == (0, "unknown")
    assert (treat(operator), state()) == (1, "failed")


def test_taken_at_last_it_is_charged_once_however_often_the_carrier_took_it(carrier, operator):
    [first] = doubtful(carrier, part_count=2)
    send_again(operator)
    [second] = claim(carrier, LATER)
    record(carrier, second, Outcome.ACCEPTED, carrier_ref="B2", now=LATER)

    for _ in range(2):
        message = record(carrier, first, Outcome.ACCEPTED, carrier_ref="A1", now=LATER + MINUTE)

    assert (message.carrier_ref, message.accepted_at) == ("B2", LATER)
    assert message.accepted_part_count == 2
    # It is in its story, once, and nobody is alarmed: it had leave.
    assert list(Attempt.objects.filter(phase="accepted").values_list("code", flat=True)) == ["A1"]
    assert invariants.broken(now=LATER + MINUTE) == {}


def test_a_leave_is_for_one_more_and_not_for_two(carrier, operator):
    [first] = doubtful(carrier)
    send_again(operator)
    [second] = claim(carrier, LATER)
    record(carrier, second, Outcome.ACCEPTED, carrier_ref="B2", now=LATER)
    record(carrier, first, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)

    record(carrier, first, Outcome.ACCEPTED, carrier_ref="A2", now=LATER)

    assert list(invariants.broken(now=LATER)) == ["I6"]


def test_an_acceptance_of_the_first_copy_stops_the_second(carrier, operator):
    [first] = doubtful(carrier)
    send_again(operator)

    message = record(carrier, first, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)

    assert (message.state, message.carrier_ref) == ("submitted", "A1")
    assert claim(carrier, LATER) == []


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.AMBIGUOUS])
def test_a_second_copy_that_fails_leaves_the_first_in_doubt(carrier, operator, outcome):
    doubtful(carrier)
    send_again(operator)

    message = record(carrier, claim(carrier, LATER)[0], outcome, now=LATER)

    assert (message.state, message.maybe_sent, message.doubted_at) == ("unknown", True, NOW)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_SENT])
def test_a_late_no_to_the_second_copy_does_not_settle_the_first(carrier, operator, outcome):
    [first] = doubtful(carrier)
    send_again(operator)
    [second] = claim(carrier, LATER)
    record(carrier, second, Outcome.AMBIGUOUS, now=LATER)

    message = record(carrier, second, outcome, now=LATER + MINUTE)

    # For now: the leave is not used up, so it may try once more. For good: in doubt, as before.
    assert message.state == ("queued" if outcome == Outcome.NOT_SENT else "unknown")
    assert (message.maybe_sent, message.doubted_at) == (True, NOW)
    assert story()[0] == (1, "ambiguous", False)
    message = record(carrier, first, Outcome.REFUSED, now=LATER + MINUTE)
    assert message.maybe_sent is False
    assert message.state == ("queued" if outcome == Outcome.NOT_SENT else "failed")


def test_a_no_to_the_first_copy_while_the_second_is_out_settles_the_first(carrier, operator):
    [first] = doubtful(carrier)
    send_again(operator)
    [second] = claim(carrier, LATER)

    message = record(carrier, first, Outcome.NOT_SENT, now=LATER)
    assert (message.state, message.maybe_sent, message.attempt_count) == ("sending", False, 2)
    message = record(carrier, second, Outcome.REFUSED, now=LATER)

    assert message.state == "failed"
    assert invariants.broken(now=LATER) == {}


def test_an_old_no_that_comes_again_changes_nothing(carrier, operator):
    doubtful(carrier)
    send_again(operator)
    [second] = claim(carrier, LATER)

    states = [record(carrier, second, Outcome.REFUSED, now=LATER).state for _ in range(2)]

    assert states == ["unknown", "unknown"]


# -- Treat as not sent ------------------------------------------------------------------------


def test_treated_as_not_sent_it_is_never_charged_and_its_parts_come_back(carrier, operator):
    user = make_user()
    Allowance.objects.create(
        scope="person_day", owner_id=user.pk, period_on=NOW.date(), used_count=5
    )
    doubtful(carrier, user=user, part_count=2)

    treat(operator)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent, message.final_at) == ("failed", False, LATER)
    assert Allowance.objects.get().used_count == 3
    assert story() == [(1, "ambiguous", True), (1, "treated", False)]
    words = words_for(message)
    assert words.words == "Not sent: our problem (no answer came, and we treated it as not sent)"
    assert words.next_step.startswith("Ask the person whether it came before you send it again.")
    assert words.charged == "No"
    assert invariants.broken(now=LATER) == {}


@pytest.mark.parametrize("echoes", [True, False])
def test_what_is_heard_of_it_since_is_said_and_changes_neither_state_nor_bill(
    carrier, operator, echoes
):
    [text] = doubtful(carrier)
    treat(operator)

    def report(state, reason=""):
        ours = text.reference if echoes else ""
        told = DeliveryReceipt(None, "A1", state, reason, ours)
        receipts.apply(carrier.pk, [told], now=LATER)
        return said()

    def said():
        message = Message.objects.get()
        assert (message.state, message.accepted_at) == ("failed", None)
        assert invariants.broken(now=LATER) == {}
        return words_for(message).words

    if not echoes:
        for _ in range(2):
            record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)
            assert said() == "Treated as not sent, but the network has taken it after all"
    assert report("undelivered", "absent") == (
        "Not sent: our problem (the network could not deliver it)"
    )
    for _ in range(2):
        delivered = report("delivered")
        assert delivered == "Treated as not sent, but it was delivered after all"
    assert Attempt.objects.filter(phase="reported").count() == 2


def test_a_late_no_confirms_what_was_decided(carrier, operator):
    [text] = doubtful(carrier)
    treat(operator)

    assert record(carrier, text, Outcome.NOT_SENT, now=LATER).state == "failed"
    assert claim(carrier, LATER) == []
