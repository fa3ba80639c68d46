"""Kannel as the carrier: texts by its sendsms, its calls at our doors, and behind it a network."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.models import CarrierCall, CarrierHealth, SimulatedKind, SimulatedText
from messaging.carriers.simulator import services as handset
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch, Message
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.simulator.kannel import Kannel
from messaging.tests.sending.test_sender import make_fresh, run_until, sender_of, states
from messaging.text import segments

pytestmark = pytest.mark.kannel

SECRET = "made-up-for-kannel-1"
OURS = "+447700900950"
EXPECTED = {
    "+447700900900": ("delivered", ""),
    "+447700900901": ("undelivered", "dead"),
    "+447700900903": ("delivered", ""),
    "+447700900907": ("undelivered", "blocked"),
    "+447700900909": ("delivered", ""),
}


@pytest.fixture
def make_gateway(playing, live_server, tmp_path, settings):
    """The carrier, and the Kannel that it is."""
    settings.PORTAL_URL = live_server.url
    started = []

    def make(password="secret"):
        gateway = make_http("kannel", url="http://127.0.0.1:9", username="portal",
                            password=password, call_secret=SECRET)  # fmt: skip
        door = live_server.url + reverse("operations:carrier_text", args=[gateway.uid])
        named = door.replace("://", f"://kannel:{SECRET}@")
        get_url = f"{named}?from=%p&to=%P&text=%b&id=%I&charset=%C"
        started.append(Kannel(playing.port, tmp_path, get_url))
        gateway.settings["url"] = f"http://127.0.0.1:{started[-1].port}"
        gateway.save()
        return gateway

    yield make
    for kannel in started:
        kannel.stop()


@pytest.mark.parametrize(
    "body", ["The practical in room {7} moves to £5 " * 8, "Ω συνάντηση 😀 " * 12]
)
def test_each_text_ends_as_its_phone_says_and_what_phones_answer_is_there(
    make_gateway, tmp_path, body
):
    gateway = make_gateway()
    texts = make_fresh(make_user(), list(EXPECTED), sender=OURS, sender_kind="number")
    part_count = segments.measure(body).parts
    Batch.objects.filter(pk=texts[0].batch_id).update(body=body, sender=OURS)
    Message.objects.update(part_count=part_count)
    handset.reply(number="+447700900910", to=OURS, body="Ναι, έρχομαι 😀", now=timezone.now())

    def is_done():
        ends = {number: state for number, (state, _) in EXPECTED.items()}
        return states() == ends and IncomingText.objects.count() == 2

    run_until(sender_of(gateway, tmp_path), is_done)

    rows = Message.objects.values_list("number", "state", "reason")
    assert {number: (state, reason) for number, state, reason in rows} == EXPECTED
    on_phone = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE)
    got = list(on_phone.values_list("peer", "body", "part_count"))
    assert got == [(OURS, body, part_count)] * len(EXPECTED)
    answers = IncomingText.objects.order_by("from_number")
    assert list(answers.values_list("from_number", "to_number", "body")) == [
        ("+447700900903", OURS, "YES"),
        ("+447700900910", OURS, "Ναι, έρχομαι 😀"),
    ]
    assert not CarrierCall.objects.exclude(problem="").exists()


def test_a_wrong_password_is_said_of_the_carrier_and_the_text_waits(make_gateway, tmp_path):
    gateway = make_gateway(password="guessed")
    make_fresh(make_user(), ["+447700900900"])

    problem = "the carrier refuses the user name or password"
    run_until(
        sender_of(gateway, tmp_path),
        lambda: CarrierHealth.objects.filter(problem=problem).exists(),
    )

    assert states() == {"+447700900900": "queued"}
