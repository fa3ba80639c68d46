"""Send a test: one text of the messaging team to one number, by a carrier's own sender."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from messaging.carriers import queries as carriers
from messaging.carriers.base import Answer, DeliveryReceipt, Outcome
from messaging.carriers.models import Carrier, CarrierTest
from messaging.operations import services as operations
from messaging.operations.queries.carrier_tests import story
from messaging.sending.engine import answers, carrier_tests, receipts
from messaging.sending.models import Receipt
from messaging.sending.services.carrier_tests import MOST_A_MINUTE, ask
from messaging.tests.make import NOW, make_queued, make_simulator
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


def asked(carrier, number="07700 900123", sender="SMSPortal", now=NOW, by=None):
    return ask(carrier=carrier, number=number, sender=sender, by=by or make_operator(), now=now)


def refusal(*args, **kwargs):
    with pytest.raises(Refused) as caught:
        asked(*args, **kwargs)
    return caught.value.field, caught.value.words


def in_hand(carrier, now=NOW, **kwargs):
    """A test that its sender has taken, as the carrier gets it."""
    asked(carrier, now=now, **kwargs)
    [text] = carrier_tests.take(carrier, now=now, most=10)
    return text


def answer(carrier, text, outcome=Outcome.ACCEPTED, after=SECOND, **more):
    ref = "A1" if outcome == Outcome.ACCEPTED else ""
    heard = Answer(text.message_id, text.attempt, outcome, carrier_ref=ref, **more)
    answers.record(carrier.pk, [heard], now=NOW + after)


def report(carrier, state="delivered", reason="", ref="A1", after=3 * SECOND, **more):
    said = DeliveryReceipt(None, ref, state, reason, raw="stat:DELIVRD", **more)
    receipts.apply(carrier.pk, [said], now=NOW + after)
    carrier_tests.look_after(now=NOW + after)


def told(now=NOW):
    return story(CarrierTest.objects.select_related("carrier__health").get(), now=now)


def make_real(**fields):
    return Carrier.objects.create(name="tallis", kind="smpp", **fields)


# ---------------------------------------------------------------- asking for one


def test_a_test_is_written_down_with_its_number_and_carries_fixed_words():
    operator = make_operator(name="Tomasz Zielinski")

    test = asked(make_simulator(), by=operator)

    assert (test.number, test.sender, test.body, test.state, test.by_name) == (
        "+447700900123",
        "SMSPortal",
        "Test from SMS Portal, 2:04pm",
        "waiting",
        operator.audit_name,
    )
    assert list(AuditEvent.objects.values_list("verb", "words", "object_name")) == [
        (
            "carriers.tested",
            "Tested simulator with a text to 07700 900123, from SMSPortal.",
            "simulator",
        )
    ]


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_nobody_else_may_send_one(make):
    with pytest.raises(PermissionDenied):
        asked(make_simulator(), by=make())

    assert not CarrierTest.objects.exists()


@pytest.mark.parametrize(
    ("number", "sender", "field", "words"),
    [
        ("0770", "SMSPortal", "number", "0770 is too short"),
        ("", "SMSPortal", "number", "There is no number here."),
        ("07700900123", "PHYSICS DEPARTMENT", "sender", "PHYSICS DEPARTMENT is too long"),
        ("07700900123", "", "sender", "Enter an Alpha tag"),
        ("07700900123", "0131 496 0000", "sender", "0131 496 0000 is a landline"),
    ],
)
def test_what_cannot_be_a_number_or_a_sender_is_refused(number, sender, field, words):
    at, said = refusal(make_simulator(), number, sender)

    assert (at, said[: len(words)]) == (field, words)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("07700 900950", "+447700900950"), ("81025", "81025"), (" Physics ", "Physics")],
)
def test_a_sender_may_be_a_number_a_short_code_or_a_tag(typed, kept):
    assert asked(make_simulator(), sender=typed).sender == kept


def test_a_practice_number_stays_away_from_a_real_carrier():
    assert refusal(make_real()) == (
        "number",
        "07700 900 numbers are for practice, real networks do not carry them. Give the number of a "
        "phone that you can look at.",
    )


def test_a_carrier_that_is_switched_off_takes_none():
    _, words = refusal(make_simulator(is_enabled=False))

    assert words == (
        "simulator is switched off. Switch it on first; while it is paused, tests go by it and "
        "nothing else does."
    )


def test_while_everything_is_stopped_nobody_may_ask_for_one():
    operations.stop_everything(reason="Repeats", by=make_operator(), now=NOW)

    assert refusal(make_simulator())[1] == (
        "All sending is stopped, and tests are too. Start sending again first."
    )


def test_one_carrier_has_ten_a_minute_and_no_more():
    carrier, operator = make_simulator(), make_operator()
    for _ in range(MOST_A_MINUTE):
        asked(carrier, by=operator)

    assert refusal(carrier)[1] == "simulator has had 10 tests within a minute. Wait a minute."
    assert asked(carrier, now=NOW + dt.timedelta(minutes=1))


# ---------------------------------------------------------------- taken, answered, reported


def test_it_is_taken_once_and_only_by_its_own_carrier():
    carrier, other = make_simulator(), make_simulator(name="other")
    test = asked(carrier)

    assert carrier_tests.take(other, now=NOW, most=10) == []
    [text] = carrier_tests.take(carrier, now=NOW, most=10)
    assert (text.message_id, text.reference) == (-test.pk, test.uid.hex)
    assert carrier_tests.take(carrier, now=NOW, most=10) == []


def test_it_is_not_taken_during_a_halt_and_not_after_a_minute():
    carrier, operator = make_simulator(), make_operator()
    asked(carrier)
    operations.stop_everything(reason="Repeats", by=operator, now=NOW)
    assert carrier_tests.take(carrier, now=NOW, most=10) == []
    operations.start_again(by=operator, now=NOW)

    assert carrier_tests.take(carrier, now=NOW + 60 * SECOND, most=10) == []
    assert len(carrier_tests.take(carrier, now=NOW + 59 * SECOND, most=10)) == 1


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Outcome.ACCEPTED, "accepted", "Taken by the network"),
        (Outcome.REFUSED, "refused", "Refused: said so (x 0x0B)"),
        (Outcome.NOT_SENT, "not_sent", "Not sent: said so (x 0x0B)"),
        (Outcome.THROTTLED, "not_sent", "Not sent: said so (x 0x0B)"),
        (Outcome.NOT_TRIED, "not_sent", "Not sent: said so (x 0x0B)"),
        (Outcome.AMBIGUOUS, "unknown", "May have been sent"),
    ],
)
def test_each_answer_has_its_words(outcome, state, words):
    carrier = make_simulator()
    answer(carrier, in_hand(carrier), outcome, code="x 0x0B", words="said so")

    assert (CarrierTest.objects.get().state, told().words) == (state, words)


def test_an_answer_that_comes_late_clears_a_doubt_up_and_a_second_one_changes_nothing():
    carrier = make_simulator()
    text = in_hand(carrier)
    answer(carrier, text, Outcome.AMBIGUOUS)
    answer(carrier, text)
    answer(carrier, text, Outcome.REFUSED)
    answer(carrier, text, Outcome.AMBIGUOUS)

    assert CarrierTest.objects.get().state == "accepted"


def test_answers_to_texts_go_their_own_way_beside_a_test_of_the_same_number():
    carrier = make_simulator()
    test = in_hand(carrier)
    [message] = make_queued(
        make_user(), state="sending", lease_until=NOW, carrier=carrier, attempt_count=1
    )
    both = [
        Answer(test.message_id, 1, Outcome.REFUSED, code="x", words="no"),
        Answer(message.pk, 1, Outcome.ACCEPTED, carrier_ref="B1"),
    ]

    answers.record(carrier.pk, both, now=NOW)

    message.refresh_from_db()
    assert (message.state, CarrierTest.objects.get().state) == ("submitted", "refused")


def test_a_report_is_the_tests_and_leaves_nothing_that_waits_for_a_text():
    carrier = make_simulator()
    answer(carrier, in_hand(carrier))
    report(carrier)
    report(carrier)  # twice, as networks do

    said = told()
    assert (said.words, said.tone, said.looks_again_in) == (
        "Delivered after 3.0 seconds",
        "good",
        0,
    )
    assert said.lines[:2] == [
        "The network took it in 1 second under the id A1.",
        "Its report: stat:DELIVRD",
    ]
    assert not Receipt.objects.exists()
    assert not carriers.has_carried(carrier)


def test_a_report_before_the_answer_is_kept_until_the_answer_tells_whose_it_is():
    carrier = make_simulator()
    text = in_hand(carrier)
    report(carrier, after=SECOND)
    assert CarrierTest.objects.get().state == "sending"

    answer(carrier, text, after=2 * SECOND)
    carrier_tests.look_after(now=NOW + 3 * SECOND)

    assert CarrierTest.objects.get().state == "delivered"


def test_a_report_that_names_our_reference_clears_a_lost_answer_up():
    carrier = make_simulator()
    text = in_hand(carrier)
    answer(carrier, text, Outcome.AMBIGUOUS)
    report(carrier, reference=text.reference)

    assert told().words == "Delivered after 3.0 seconds"
    assert CarrierTest.objects.get().ref == "A1"


def test_a_phone_that_was_off_may_be_reached_later_and_nothing_else_is_taken_back():
    carrier = make_simulator()
    answer(carrier, in_hand(carrier))
    report(carrier, "undelivered", "absent")
    assert told().words == "Not delivered: phone off or full"
    report(carrier, after=9 * SECOND)
    report(carrier, "undelivered", "dead", after=10 * SECOND)

    assert told().words == "Delivered after 9.0 seconds"


def test_the_report_of_a_text_with_the_same_reference_at_another_carrier_is_left_alone():
    carrier, other = make_simulator(), make_simulator(name="other")
    answer(carrier, in_hand(carrier))
    report(other)

    assert (CarrierTest.objects.get().state, Receipt.objects.count()) == ("accepted", 1)
