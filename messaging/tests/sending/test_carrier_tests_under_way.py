"""A test of a carrier whose sender is not there, or dies, or does its work."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tests.make import make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import CarrierHealth, CarrierTest, SimulatedText
from messaging.sending.engine import carrier_tests, recovery, sweeps
from messaging.sending.engine.invariants import broken
from messaging.sending.engine.journal import Journal, Past, read
from messaging.sending.models import Message, Receipt
from messaging.sending.services.carrier_tests import give_up
from messaging.tests.make import NOW, make_queued, make_simulator
from messaging.tests.sending.test_carrier_tests import (
    SECOND,
    answer,
    asked,
    in_hand,
    make_real,
    told,
)
from messaging.tests.sending.test_sender import QUICK, run_until, sender_of

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- nobody there, and crashes


def test_without_a_sender_it_waits_a_minute_and_is_then_not_sent():
    asked(make_simulator())
    first = told(NOW + SECOND)
    assert (first.words, first.lines) == (
        "Waiting",
        ["The sender of simulator is not running. It goes if that is over by 2:05:00pm."],
    )

    sweeps.sweep(now=NOW + 59 * SECOND)
    assert CarrierTest.objects.get().state == "waiting"
    sweeps.sweep(now=NOW + 60 * SECOND)

    said = told(NOW + 61 * SECOND)
    assert (said.words, said.tone, said.looks_again_in) == (
        "Not sent: the sender of simulator is not running",
        "bad",
        0,
    )


def test_what_nobody_was_there_to_give_up_is_not_shown_as_waiting_for_ever():
    asked(make_simulator())

    said = told(NOW + dt.timedelta(hours=1))

    assert said.words == "Not sent: the sender of simulator is not running"
    assert said.looks_again_in == 0


def test_a_line_that_is_down_is_said_with_its_problem():
    carrier = make_real(is_sandbox=True)
    CarrierHealth.objects.create(
        carrier=carrier,
        at=NOW,
        problem="nobody listens at 127.0.0.1:2775",
        problem_since=NOW,
    )
    asked(carrier)

    assert told(NOW + SECOND).lines == [
        "The connection of tallis is down: nobody listens at 127.0.0.1:2775. It goes if that is "
        "over by 2:05:00pm."
    ]


def test_giving_up_leaves_alone_what_has_been_taken():
    carrier = make_simulator()
    test = asked(carrier)
    carrier_tests.take(carrier, now=NOW, most=10)

    give_up(test=test, by=make_operator(), now=NOW)

    assert CarrierTest.objects.get().state == "sending"


@pytest.mark.parametrize(
    ("wrote", "state"),
    [
        ("nothing", "waiting"),
        ("about", "unknown"),
        ("answer", "accepted"),
        ("no journal", "unknown"),
    ],
)
def test_after_a_crash_the_journal_tells_and_nothing_is_sent_twice(tmp_path, wrote, state):
    carrier, path = make_simulator(), tmp_path / "journal"
    text = in_hand(carrier)
    if wrote != "no journal":
        journal = Journal(path)
        if wrote != "nothing":
            journal.about_to_send([text])
        if wrote == "answer":
            journal.answered([Answer(text.message_id, 1, Outcome.ACCEPTED, carrier_ref="A1")])
        journal.close()

    for _ in range(2):
        recovery.recover(carrier, read(path), now=NOW + SECOND)

    assert CarrierTest.objects.get().state == state


def test_a_claim_that_was_lost_on_the_way_leaves_alone_what_is_in_hand():
    carrier = make_simulator()
    held = in_hand(carrier)
    lost = in_hand(carrier)
    past = Past(is_whole=True)

    recovery.recover(carrier, past, now=NOW, but={(held.message_id, 1)}, after_crash=False)

    states = dict(CarrierTest.objects.values_list("pk", "state"))
    assert states == {-held.message_id: "sending", -lost.message_id: "waiting"}


def test_one_whose_sender_never_came_back_may_have_been_sent():
    carrier = make_simulator()
    in_hand(carrier)
    sweeps.sweep(now=NOW + dt.timedelta(minutes=5))
    assert CarrierTest.objects.get().state == "sending"

    sweeps.sweep(now=NOW + dt.timedelta(minutes=6))

    said = told(NOW + dt.timedelta(minutes=7))
    assert (said.words, said.lines[0]) == (
        "May have been sent",
        "The sender was stopped while it was on its way. It is not sent again.",
    )


def test_without_a_report_it_is_looked_for_ten_minutes_and_then_says_so():
    carrier = make_simulator()
    answer(carrier, in_hand(carrier))

    assert told(NOW + dt.timedelta(minutes=9)).looks_again_in > 0
    late = told(NOW + dt.timedelta(minutes=11))

    assert (late.words, late.tone, late.looks_again_in) == (
        "Taken, no report from the network",
        "good",
        0,
    )


# ---------------------------------------------------------------- with a sender


def is_test(*states):
    return lambda: CarrierTest.objects.filter(state__in=states).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("07700 900123", "Delivered after "),
        ("07700 900901", "Not delivered: number does not work"),
        ("07700 900908", "Not sent: Not now (busy)"),
        ("07700 900919", "Delivered after "),  # its report is there before the answer
    ],
)
def test_by_the_simulator_it_comes_to_its_end(tmp_path, number, words):
    carrier = make_simulator(settings=QUICK)
    asked(carrier, number, now=timezone.now())

    over = is_test("delivered", "undelivered", "not_sent")
    run_until(sender_of(carrier, tmp_path), over)

    assert told(timezone.now()).words.startswith(words)
    assert SimulatedText.objects.get().body.startswith("Test from SMS Portal, ")
    # The network may have said it once more as the sender stopped.
    others = Receipt.objects.exclude(carrier_ref=CarrierTest.objects.get().ref)
    assert (Message.objects.count(), others.count()) == (0, 0)
    assert broken(now=timezone.now()) == {}


@pytest.mark.django_db(transaction=True)
def test_it_goes_by_a_carrier_that_is_paused_and_nothing_else_does(tmp_path):
    carrier = make_simulator(settings=QUICK, paused_at=timezone.now())
    until = timezone.now() + dt.timedelta(hours=1)
    make_queued(make_user(), ["+447700900100"], next_at=timezone.now(), valid_until=until)
    asked(carrier, now=timezone.now())

    run_until(sender_of(carrier, tmp_path), is_test("delivered"))

    assert [text.number for text in SimulatedText.objects.all()] == ["+447700900123"]
    assert Message.objects.get().state == "queued"


@pytest.mark.django_db(transaction=True)
def test_beside_ordinary_texts_each_gets_its_own_report(tmp_path):
    carrier = make_simulator(settings=QUICK)
    now = timezone.now()
    numbers = [f"+4477009001{n:02}" for n in range(30)]
    make_queued(make_user(), numbers, next_at=now, valid_until=now + dt.timedelta(hours=1))
    asked(carrier, "07700 900110", now=now)

    def is_over():
        texts = set(Message.objects.values_list("state", flat=True))
        return texts == {"delivered"} and is_test("delivered")()

    run_until(sender_of(carrier, tmp_path), is_over)

    assert SimulatedText.objects.filter(number="+447700900110").count() == 2
    assert not Receipt.objects.filter(applied_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_is_shown_as_a_doubt_and_never_sent_again(tmp_path):
    faults = {**QUICK, "lose_answers_percent": 100, "drop_receipts_percent": 100}
    carrier = make_simulator(settings=faults)
    asked(carrier, now=timezone.now())

    run_until(sender_of(carrier, tmp_path), is_test("unknown"))
    asked(carrier, "07700 900124", now=timezone.now())
    run_until(
        sender_of(carrier, tmp_path),
        lambda: CarrierTest.objects.filter(state="unknown").count() == 2,
    )

    assert SimulatedText.objects.count() == 2
