"""Texts by the real SMPP path to the simulator's own, from waiting to a final state."""

import datetime as dt
import threading
from collections import Counter

import pytest
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.simulator import services as handset
from messaging.carriers.simulator.queries import texts_of
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch, Message, Receipt
from messaging.tests.carriers.simulator.conftest import Playing
from messaging.tests.sending.test_sender import make_fresh, run_until, sender_of, states

NUMBER = "+447700900950"


@pytest.fixture
def smpp(carrier, playing, smpp_settings):
    """The row whose network the simulator plays, as a carrier that is reached by SMPP."""

    def make(**settings):
        carrier.kind = "smpp"
        carrier.settings = {**smpp_settings, **settings}
        carrier.save()
        return carrier

    return make


def all_are(state):
    return lambda: set(states().values()) == {state}


def on_phones():
    rows = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE)
    return Counter(rows.values_list("number", flat=True))


@pytest.mark.parametrize("bind", ["transceiver", "pair"])
def test_texts_over_several_binds_are_on_their_phones_once_and_delivered(smpp, tmp_path, bind):
    numbers = [f"+4477009001{n:02}" for n in range(60)]
    make_fresh(make_user(), numbers)

    run_until(sender_of(smpp(binds=2, bind=bind), tmp_path), all_are("delivered"))

    assert on_phones() == Counter(numbers)
    assert not Receipt.objects.filter(applied_at=None).exists()


def test_each_practice_number_ends_as_its_last_digit_says(smpp, tmp_path):
    make_fresh(
        make_user(), [f"+44770090090{digit}" for digit in "0136789"], sender=NUMBER,
        sender_kind="number",
    )  # fmt: skip
    expected = {
        "+447700900900": "delivered",
        "+447700900901": "undelivered",
        "+447700900903": "delivered",
        "+447700900906": "submitted",
        "+447700900907": "undelivered",
        "+447700900908": "queued",  # its next try is half a minute away
        "+447700900909": "delivered",
    }

    run_until(
        sender_of(smpp(), tmp_path),
        lambda: states() == expected and IncomingText.objects.filter(body="YES").exists(),
    )

    reply = IncomingText.objects.get()
    assert (reply.from_number, reply.to_number) == ("+447700900903", NUMBER)


@pytest.mark.parametrize("joining", ["header", "sar", "payload"])
@pytest.mark.parametrize("body", ["€ [1] " * 60, "Ω😀" * 90], ids=["gsm-7", "ucs-2"])
def test_a_long_text_is_shown_on_the_phone_as_it_was_written(smpp, tmp_path, joining, body):
    [text] = make_fresh(make_user(), ["+447700900100"])
    Batch.objects.filter(pk=text.batch_id).update(body=body)

    run_until(sender_of(smpp(joining=joining), tmp_path), all_are("delivered"))

    [shown] = texts_of("+447700900100", now=timezone.now() + dt.timedelta(seconds=1))
    assert shown.body == body


def test_what_is_typed_on_a_phone_arrives_each_time_it_is_typed(smpp, tmp_path):
    carrier = smpp()
    long = "I cannot come to the practical in room 7 😀. " * 5
    for body in ("YES", "YES", long):
        handset.reply(number="+447700900100", to=NUMBER, body=body, now=timezone.now())

    run_until(sender_of(carrier, tmp_path), lambda: IncomingText.objects.count() == 3)

    assert Counter(IncomingText.objects.values_list("body", flat=True)) == {"YES": 2, long: 1}


def test_while_the_simulator_is_away_texts_wait_and_then_go_once(smpp, playing, tmp_path):
    numbers = [f"+4477009001{n:02}" for n in range(40)]
    make_fresh(make_user(), numbers)
    again = []

    def comes_back():
        again.append(Playing(playing.carrier, playing.port))

    playing.stop()
    threading.Timer(0.5, comes_back).start()
    run_until(sender_of(smpp(), tmp_path), all_are("delivered"))
    again[0].stop()

    assert on_phones() == Counter(numbers)


def test_lost_answers_leave_texts_in_doubt_and_none_goes_twice(smpp, playing, tmp_path):
    carrier = smpp(lose_answers_percent=100, answer_seconds=1)
    playing.exchange.faults = playing.exchange.faults.of(carrier)
    make_fresh(make_user(), ["+447700900100", "+447700900200"])

    run_until(sender_of(carrier, tmp_path), all_are("unknown"))

    assert on_phones() == {"+447700900100": 1, "+447700900200": 1}


def test_a_throttled_carrier_gets_each_text_once_in_the_end(smpp, playing, tmp_path):
    carrier = smpp(throttle_per_second=20)
    playing.exchange.faults = playing.exchange.faults.of(carrier)
    numbers = [f"+4477009001{n:02}" for n in range(50)]
    make_fresh(make_user(), numbers)

    run_until(sender_of(carrier, tmp_path), all_are("delivered"), seconds=40)

    assert on_phones() == Counter(numbers)
    assert Message.objects.filter(maybe_sent=True).count() == 0
