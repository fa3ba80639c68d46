"""Texts over HTTP to a real server, from waiting to what its answer makes of them."""

import pytest

from messaging.carriers.models import CarrierHealth
from messaging.sending.models import Attempt, Message
from messaging.tests.carriers.http.peer import CUT, SILENT, Peer, Told, told
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = pytest.mark.django_db(transaction=True)

CODES = (
    "0 = accepted\n7 = number\n8 = sender\n9 = duplicate\n10 = busy\n11 = throttled\n12 = account"
)


def text_of():
    return Message.objects.get()


def is_answered():
    return Attempt.objects.exists() or Message.objects.filter(state="submitted").exists()


def test_a_text_goes_once_with_what_the_provider_wants(make_carrier, peer, tmp_path):
    peer.answers = [told(201, {"id": "abc-1"})]
    [text] = make_texts(body="Ω 50% off & more")

    run_until(
        sender_of(make_carrier(username="oxford", secret="s3cret"), tmp_path), all_are("submitted")
    )

    [asked] = peer.calls
    assert (asked.method, asked.path) == ("POST", "/send")
    assert asked.json == {
        "to": "+447700900001",
        "from": "PHYSICS",
        "text": "Ω 50% off & more",
        "reference": text.uid.hex,
    }
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == "Basic b3hmb3JkOnMzY3JldA=="
    assert asked.headers["host"] == f"127.0.0.1:{peer.port}"
    assert text_of().carrier_ref == "abc-1"


def test_words_of_a_text_cannot_change_the_request(make_carrier, peer, tmp_path):
    make_texts(body='", "to": "+447700900999", ((secret)) &to=1\r\nX: y')

    run_until(sender_of(make_carrier(secret="s3cret"), tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert asked.json["to"] == "+447700900001"
    assert "((secret))" in asked.json["text"]
    assert b"s3cret" not in asked.body


def test_a_form_and_a_query_are_filled_and_escaped(make_carrier, peer, tmp_path):
    make_texts(body="fish & chips = 5")
    carrier = make_carrier(
        url=f"{peer.url}/sms?key=((secret))&ttl=((minutes))",
        format="form",
        body="to=((digits))\ntext=((body))\nfrom=((sender))",
        secret="a&b",
    )

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert asked.query == {"key": "a&b", "ttl": "59"}
    assert asked.form == {"to": "447700900001", "text": "fish & chips = 5", "from": "PHYSICS"}


def test_every_text_goes_once_over_a_small_window(make_carrier, peer, tmp_path):
    ids = iter(range(1, 1000))
    peer.answers = lambda asked: told(200, {"id": f"n{next(ids)}"})
    make_texts(200)

    run_until(sender_of(make_carrier(window=7), tmp_path), all_are("submitted", 200))

    sent = [asked.json["to"] for asked in peer.calls]
    assert (len(sent), len(set(sent))) == (200, 200)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (told(200, {"id": "x", "code": "0"}), "submitted", ""),
        (told(200, {"id": "x", "code": 9}), "submitted", ""),
        (told(200, {"code": "7"}), "failed", "code 7"),
        (told(400, {"code": "8"}), "failed", "code 8"),
        (told(200, {"code": "10"}), "queued", ""),
        (told(418, {}), "queued", ""),
        (told(413, {}), "failed", "http 413"),
        (told(200, {"code": "77"}), "unknown", ""),
        (told(200, {}), "unknown", ""),
        (Told(200, b"<html>"), "unknown", ""),
        (Told(200, b"x" * 200_000), "unknown", ""),
        (told(500), "unknown", ""),
        (told(502), "unknown", ""),
        (told(503), "unknown", ""),
        (told(504), "unknown", ""),
        (told(408), "unknown", ""),
        (told(302, None, Location="http://127.0.0.1:1/"), "unknown", ""),
        (CUT, "unknown", ""),
        (SILENT, "unknown", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_answer_makes_of_a_text(make_carrier, peer, tmp_path, answer, state, reason):
    peer.answers = [answer]
    make_texts()
    carrier = make_carrier(code_at="code", codes=CODES)

    run_until(sender_of(carrier, tmp_path), is_answered)

    text = text_of()
    assert (text.state, text.reason) == (state, reason)
    assert text.maybe_sent == (state == "unknown")
    assert len(peer.calls) == 1


@pytest.mark.parametrize(
    "answer", [told(429), told(503, None, Retry_After="1"), told(200, {"code": "11"})]
)
def test_a_throttled_text_goes_again_and_is_taken_once(make_carrier, peer, tmp_path, answer):
    peer.answers = [answer, told(200, {"id": "a", "code": "0"})]
    make_texts()

    run_until(sender_of(make_carrier(code_at="code", codes=CODES), tmp_path), all_are("submitted"))

    assert len(peer.calls) == 2
    assert not Attempt.objects.filter(phase="ambiguous").exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (told(401), "the carrier refuses the account (http 401)"),
        (told(402), "the carrier refuses the account (http 402)"),
        (told(200, {"code": "12"}), "the carrier refuses the account (code 12)"),
        (told(404), "nothing takes texts at its address (404)"),
        (told(307, None, Location="http://127.0.0.1:1/"), "its address has moved (307)"),
    ],
)
def test_a_fault_of_the_line_is_no_fault_of_a_text(make_carrier, peer, tmp_path, answer, words):
    peer.answers = [answer]
    make_texts(20)
    carrier = make_carrier(code_at="code", codes=CODES, window=5)

    run_until(
        sender_of(carrier, tmp_path), lambda: CarrierHealth.objects.filter(problem=words).exists()
    )

    assert not CarrierHealth.objects.get().is_ready
    assert set(Message.objects.values_list("state", "maybe_sent")) == {("queued", False)}
    assert len(peer.calls) <= 5  # what was on its way, and none of the others


def test_nobody_listening_is_said_and_nothing_is_in_doubt(make_carrier, peer, tmp_path):
    carrier = make_carrier(url="http://127.0.0.1:1/send")
    make_texts()

    run_until(
        sender_of(carrier, tmp_path),
        lambda: CarrierHealth.objects.filter(problem="nobody listens at 127.0.0.1:1").exists(),
    )

    assert text_of().state == "queued"


def test_a_machine_that_went_away_is_looked_for_until_it_is_back(make_carrier, peer, tmp_path):
    """Not a byte left while it was away, so every text goes, and goes once."""
    carrier = make_carrier()
    port = peer.port
    peer.stop()
    make_texts(3)
    back = []

    def is_over():
        if not back and CarrierHealth.objects.filter(problem__startswith="nobody listens").exists():
            back.append(Peer(port))
        return Message.objects.filter(state="submitted").count() == 3

    try:
        run_until(sender_of(carrier, tmp_path), is_over)
        assert len(back[0].calls) == 3
    finally:
        back[0].stop()


def test_no_log_names_the_address_that_was_called(make_carrier, peer, tmp_path, caplog):
    """It may have the key in it, and the words of the text."""
    caplog.set_level("DEBUG", "messaging")
    carrier = make_carrier(
        url=f"{peer.url}/s?key=((secret))&t=((body))&to=((number))", method="GET", secret="k3y"
    )
    make_texts()

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    assert peer.calls[0].query["key"] == "k3y"
    assert "k3y" not in caplog.text


def test_a_provider_that_gives_two_texts_one_id_loses_neither(make_carrier, peer, tmp_path):
    """A wrong “Where its id is” does that: the texts went, and only one report finds its text."""
    peer.answers = [told(200, {"id": "ok"})]
    make_texts(5)

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted", 5))

    assert len(peer.calls) == 5
    assert Message.objects.filter(carrier_ref="ok").count() == 1


def test_that_the_provider_had_it_already_counts_as_taken(make_carrier, peer, tmp_path):
    peer.answers = [told(422, {"code": "9", "id": "abc-1"})]
    make_texts()

    run_until(sender_of(make_carrier(code_at="code", codes=CODES), tmp_path), all_are("submitted"))

    message, line = text_of(), Attempt.objects.get()
    assert (message.carrier_ref, message.accepted_part_count) == ("abc-1", 1)
    assert (line.phase, line.code) == ("duplicate", "code 9")
