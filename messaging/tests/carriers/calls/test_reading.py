"""What carriers tell by calling, from the call to what the sender makes of it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.carriers.calls import hearing
from messaging.carriers.models import CarrierCall
from messaging.carriers.registry import KINDS, listener_for
from messaging.incoming.models import IncomingText
from messaging.sending.models import Message
from messaging.tests.carriers.calls.calling import SECRET, call, signature
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

CALLS = {"proof": "hmac", "proof_secret": SECRET, "proof_time_header": "X-Time"}


def is_read():
    return not CarrierCall.objects.filter(read_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_report_settles_its_text_and_a_text_from_a_phone_is_there_once(peer, tmp_path):
    carrier = make_http("http", url=f"{peer.url}/send", id_at="id", answer_seconds=2, **CALLS)
    make_texts()
    text = {"from": "447700900123", "to": "447700900950", "text": "Yes\x00, see you", "id": "t1"}

    def is_told():
        if all_are("submitted")():
            [ref] = Message.objects.values_list("carrier_ref", flat=True)
            call(carrier, "report", [{"id": ref, "status": "sent"}, {"id": "strange"}])
            call(carrier, "report", {"id": ref, "status": "DELIVERED"})
            for _ in range(2):
                call(carrier, "text", text)
        return all_are("delivered")() and is_read()

    run_until(sender_of(carrier, tmp_path), is_told)

    [reply] = IncomingText.objects.all()
    assert (reply.from_number, reply.to_number, reply.body) == (
        "+447700900123", "+447700900950", "Yes, see you",
    )  # fmt: skip
    problems = set(CarrierCall.objects.values_list("problem", flat=True))
    assert problems == {"", "It says nothing at status"}


LISTENS = {"url": "http://127.0.0.1:9/", **CALLS}


@pytest.mark.parametrize(
    ("about", "said", "problem"),
    [
        ("report", b"\xff\xfe", "It is neither a form nor JSON"),
        ("report", b"[" * 50_000, "It is neither a form nor JSON"),
        ("report", b"", "It says no id of a text"),
        ("report", b"17", "It says no id of a text"),
        ("report", b'{"id": {"a": 1}, "status": []}', "It says no id of a text"),
        ("report", b'{"id": "x", "status": "lost"}', "lost is none of its words that we were"),
        ("text", b'{"text": "Hello"}', "It does not say from where, or to where"),
    ],
)
@pytest.mark.django_db
def test_what_makes_no_sense_is_kept_with_the_reason(about, said, problem):
    carrier = make_http("http", **LISTENS)
    assert call(carrier, about, said).status_code == 200

    events = hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now())

    [row] = CarrierCall.objects.all()
    assert (events, row.problem[: len(problem)]) == ([], problem)
    assert row.read_at is not None
    assert bytes(row.body) == said


@pytest.mark.parametrize(
    ("kind", "settings", "reports"),
    [
        ("http", {"proof": "none"}, False),
        ("http", {"proof": "hmac"}, True),
        ("kannel", {}, False),
        ("kannel", {"call_secret": "sealed"}, True),
        ("vonage", {}, False),
        ("vonage", {"signature_secret": "sealed"}, True),
        ("twilio", {}, True),
        ("smpp", {}, True),
        ("email", {}, False),
    ],
)
def test_of_a_carrier_whose_calls_cannot_be_proven_no_reports_are_expected(kind, settings, reports):
    assert KINDS[kind].reports(settings) is reports


@pytest.mark.django_db
def test_what_is_not_signed_is_not_read():
    carrier = make_http("http", **LISTENS)
    body = b"id=made-1"
    answer = Client().post(
        reverse("operations:carrier_report", args=[carrier.uid]) + "?status=delivered",
        body,
        content_type="application/x-www-form-urlencoded",
        headers=signature(body),
    )
    assert answer.status_code == 200

    assert hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now()) == []

    assert CarrierCall.objects.get().problem == "It says nothing at status"


@pytest.mark.parametrize("word", ["made", "\udc00", "x" * 500, "nul\x00"])
@pytest.mark.django_db
def test_whatever_stands_in_a_call_can_be_kept(word):
    carrier = make_http("http", **LISTENS)
    call(carrier, "report", {"id": word, "status": "delivered"})

    [event] = hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now())

    assert len(event.carrier_ref) <= 64
    assert "\x00" not in event.carrier_ref + event.raw
    event.carrier_ref.encode()
