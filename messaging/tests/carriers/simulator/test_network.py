"""The simulator's network: what each practice phone does with a text."""

import datetime as dt
import random

import pytest

from messaging.carriers.base import Answer, DeliveryReceipt, Outcome, OutgoingText, TextFromPhone
from messaging.carriers.models import SimulatedText
from messaging.carriers.simulator import network, queries, services
from messaging.carriers.simulator.network import Faults, Handed
from messaging.tests.make import NOW, make_simulator

pytestmark = pytest.mark.django_db

NUMBER = "+447700900950"
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def carrier():
    return make_simulator()


def text(number="+447700900100", sender="PHYSICS", message_id=1, attempt=1):
    return OutgoingText(
        message_id, attempt, f"ref{message_id}", number, sender, "Hello", 1, TOMORROW
    )


def take(carrier, *texts, now=NOW, **faults):
    handed = [each if isinstance(each, Handed) else Handed(each) for each in texts]
    return network.take(carrier.pk, handed, now=now, faults=Faults(**faults), dice=random.Random(7))


def hear(carrier, seconds, acknowledge=True):
    now = NOW + dt.timedelta(seconds=seconds)
    events = network.due(carrier.pk, 100, now=now)
    if acknowledge:
        network.acknowledge(events, now=now)
    return [
        (event.state, event.reason)
        if isinstance(event, DeliveryReceipt)
        else (event.from_number, event.to_number, event.body)
        for event in events
    ]


def test_people_get_their_text_within_one_to_three_seconds(carrier):
    [answer] = take(carrier, text())

    assert (answer.message_id, answer.outcome) == (1, Outcome.ACCEPTED)
    assert hear(carrier, 0.9) == []
    assert hear(carrier, 3) == [("delivered", "")]
    assert hear(carrier, 9) == []


@pytest.mark.parametrize("middle", ["900", "910", "920", "930", "940"])
@pytest.mark.parametrize(
    ("digit", "seconds", "heard"),
    [
        (0, 3, [("delivered", "")]),
        (1, 3, [("undelivered", "dead")]),
        (2, 3600, []),
        (2, 86_400, [("undelivered", "absent")]),
        (5, 29, []),
        (5, 45, [("delivered", "")]),
        (6, 86_400, []),
        (7, 3, [("undelivered", "blocked")]),
        (9, 0, [("delivered", "")]),
    ],
)
def test_a_practice_number_plays_the_script_of_its_last_digit(
    carrier, middle, digit, seconds, heard
):
    take(carrier, text(f"+447700900{int(middle) + digit}"))

    assert hear(carrier, seconds) == heard


@pytest.mark.parametrize(("digit", "words"), [(3, "YES"), (4, "STOP")])
def test_three_and_four_answer_after_they_got_it(carrier, digit, words):
    number = f"+44770090090{digit}"
    take(carrier, text(number, sender=NUMBER))

    assert hear(carrier, 3) == [("delivered", "")]
    assert hear(carrier, 6) == [(number, NUMBER, words)]


@pytest.mark.parametrize("digit", [3, 4])
def test_nobody_can_answer_an_alpha_tag(carrier, digit):
    take(carrier, text(f"+44770090090{digit}", sender="PHYSICS"))

    assert hear(carrier, 60) == [("delivered", "")]


def test_eight_says_not_now_twice(carrier):
    outcomes = [
        take(carrier, text("+447700900908", attempt=attempt))[0].outcome for attempt in (1, 2, 3)
    ]

    assert outcomes == [Outcome.NOT_SENT, Outcome.NOT_SENT, Outcome.ACCEPTED]
    assert hear(carrier, 3) == [("delivered", "")]


def test_nine_reports_before_the_answer_and_again(carrier):
    take(carrier, text("+447700900909"))

    assert [hear(carrier, seconds) for seconds in (0, 1, 2, 9)] == [
        [("delivered", "")],
        [],
        [("delivered", "")],
        [],
    ]


@pytest.mark.parametrize("number", ["+447700900950", "+447700900999", "+447400000001"])
def test_all_other_numbers_are_people(carrier, number):
    take(carrier, text(number))

    assert hear(carrier, 3) == [("delivered", "")]


def test_what_was_not_acknowledged_is_said_again(carrier):
    take(carrier, text())

    assert hear(carrier, 3, acknowledge=False) == hear(carrier, 4) == [("delivered", "")]
    assert hear(carrier, 5) == []


def test_receipts_can_be_dropped_and_repeated(carrier):
    take(carrier, text(), drop_receipts_percent=100)
    assert hear(carrier, 60) == []

    take(carrier, text(message_id=2), repeat_receipts_percent=100)
    assert [hear(carrier, 60), hear(carrier, 63), hear(carrier, 90)] == [
        [("delivered", "")],
        [("delivered", "")],
        [],
    ]


def test_a_phone_holds_what_reached_it_and_what_it_wrote(carrier):
    take(carrier, text("+447700900903", sender=NUMBER), text("+447700900901", message_id=2))

    later = NOW + dt.timedelta(seconds=10)
    held = queries.texts_of("+447700900903", now=later)

    assert [(t.kind, t.peer, t.body) for t in held] == [
        ("to_phone", NUMBER, "Hello"),
        ("from_phone", NUMBER, "YES"),
    ]
    assert [h.number for h in queries.handsets(now=later)] == ["+447700900903"]
    assert queries.texts_of("+447700900901", now=later) == []
    assert queries.handsets(now=NOW) == []


def test_a_reply_from_a_phone_reaches_the_number_it_answers(carrier):
    services.reply(number="+447700900100", to=NUMBER, body="On my way", now=NOW)

    [event] = network.due(carrier.pk, 10, now=NOW)
    assert isinstance(event, TextFromPhone)
    assert (event.from_number, event.to_number, event.body) == (
        "+447700900100", NUMBER, "On my way",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("to", "body", "words"),
    [
        ("PHYSICS", "Hello", "This sender cannot receive replies"),
        (NUMBER, "  ", "Type the reply first"),
    ],
)
def test_a_reply_that_cannot_go_is_refused_in_words(carrier, to, body, words):
    with pytest.raises(services.CannotReply) as refused:
        services.reply(number="+447700900100", to=to, body=body, now=NOW)

    assert refused.value.words == words
    assert SimulatedText.objects.count() == 0


def test_answers_are_for_the_attempt_they_were_asked_for(carrier):
    answers = take(carrier, text(message_id=1, attempt=3), text(message_id=2, attempt=1))

    assert [(a.message_id, a.attempt) for a in answers] == [(1, 3), (2, 1)]
    assert all(isinstance(a, Answer) for a in answers)


def test_a_network_that_knows_a_reference_again_sends_no_second_copy(carrier):
    hour = {"knows_again_for": dt.timedelta(hours=1)}
    [first] = take(carrier, text(), **hour)

    [again] = take(carrier, text(attempt=2), now=NOW + dt.timedelta(minutes=59), **hour)
    [forgotten] = take(carrier, text(attempt=3), now=NOW + dt.timedelta(minutes=61), **hour)

    assert (again.outcome, again.carrier_ref) == (Outcome.DUPLICATE, first.carrier_ref)
    assert forgotten.outcome == Outcome.ACCEPTED
    assert SimulatedText.objects.count() == 2
