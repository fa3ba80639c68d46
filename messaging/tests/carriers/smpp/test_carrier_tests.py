"""A test text over SMPP to a carrier that somebody else wrote, and what is said of it."""

import signal

import pytest
from django.utils import timezone

from accounts.tests.make import make_operator
from messaging.carriers.models import CarrierTest
from messaging.operations.queries.carrier_tests import story
from messaging.sending.models import Receipt
from messaging.sending.services.carrier_tests import ask
from messaging.tests.sending.test_crashes import start, wait_for
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = [
    pytest.mark.smpp_peer,
    pytest.mark.django_db(transaction=True),
]


def asked(carrier, number="07700 900123"):
    now = timezone.now()
    return ask(carrier=carrier, number=number, sender="SMSPortal", by=make_operator(), now=now)


def told():
    return story(CarrierTest.objects.select_related("carrier__health").get(), now=timezone.now())


def has_come_to(state):
    return lambda: CarrierTest.objects.filter(state=state).exists()


@pytest.mark.parametrize("as_", ["same", "decimal"])
def test_it_is_delivered_with_its_sender_its_number_and_our_words(
    make_carrier, peer, tmp_path, as_
):
    peer.do(receipts={"as": as_})
    carrier = make_carrier(receipt_ids=as_)
    asked(carrier)

    run_until(sender_of(carrier, tmp_path), has_come_to("delivered"))

    [submit] = peer.submits()
    assert (submit["to"], submit["from"], submit["report"]) == ("447700900123", "SMSPortal", 1)
    assert submit["words"].startswith("Test from SMS Portal, ")
    said = told()
    assert said.words.startswith("Delivered after ")
    assert f"under the id {submit['id'].lower()}." in said.lines[0]
    assert "stat:DELIVRD err:000" in said.lines[1]
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x0B, "Refused: the network does not take this number (smpp 0x0B)"),
        (0x0A, "Refused: the network does not take this sender (smpp 0x0A)"),
        (0x58, "Not sent: the network asked us to go slower (smpp 0x58)"),
        (0x08, "Not sent: the network is busy (smpp 0x08)"),
        (0x0F, "Not sent: the network does not accept our account just now (smpp 0x0F)"),
        (0x417, "Not sent: the network gave a reason that we do not know (smpp 0x417)"),
    ],
)
def test_a_refusal_is_shown_with_its_code_and_what_it_means(
    make_carrier, peer, tmp_path, status, words
):
    peer.do(answer=[status])
    carrier = make_carrier()
    asked(carrier)

    run_until(sender_of(carrier, tmp_path), lambda: told().tone == "bad")

    assert told().words == words
    assert len(peer.submits()) == 1


def test_an_answer_that_never_came_leaves_it_in_doubt(make_carrier, peer, tmp_path):
    peer.do(mute=1)
    carrier = make_carrier(answer_seconds=0.5)
    asked(carrier)

    run_until(sender_of(carrier, tmp_path), has_come_to("unknown"))

    assert told().lines[0] == "The network never answered. It is not sent again."
    assert len(peer.submits()) == 1


def test_an_account_that_is_refused_is_said_while_it_waits(make_carrier, peer, tmp_path):
    peer.do(refuse=[0x0E] * 5)
    carrier = make_carrier()
    asked(carrier)

    run_until(sender_of(carrier, tmp_path), lambda: "connection" in told().lines[0])

    why = "the carrier refuses the account: its password is wrong (0x0E)."
    assert told().lines[0].startswith(f"The connection of smpp is down: {why}")
    assert peer.submits() == []


@pytest.mark.slow
def test_a_sender_killed_with_one_in_hand_does_not_send_it_again(make_carrier, peer, tmp_path):
    peer.do(mute=1)
    carrier = make_carrier(answer_seconds=30)
    asked(carrier)
    first = start(tmp_path, carrier.name)
    try:
        wait_for(peer.submits, "the test at the carrier")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()

    second = start(tmp_path, carrier.name)
    try:
        wait_for(has_come_to("unknown"), "the doubt")
        wait_for(lambda: len(peer.heard("bind")) == 2, "the second bind")
    finally:
        second.send_signal(signal.SIGTERM)
        second.wait()

    assert len(peer.submits()) == 1
    assert told().words == "May have been sent"
