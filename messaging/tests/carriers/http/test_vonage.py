"""Vonage SMS API: what it is asked, and what its answers make of a text."""

import datetime as dt
import json

import pytest

from accounts.tests.make import make_operator
from messaging.carriers import services
from messaging.carriers.base import Outcome, OutgoingText
from messaging.carriers.http.exchange import Reply
from messaging.carriers.http.vonage import VERDICTS, VONAGE, VonageSpeech
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.services import Wanted
from messaging.sending.models import Attempt, Message, TextPart
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.http.peer import CUT, SILENT, Told, told
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of
from messaging.text import refusals
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
AT = {"api_key": "abcd1234", "base_url": "https://rest.vonage.example"}
OURS = "the network could not read what we sent; the team has been told"
ACCOUNT = "the network does not accept our account just now"
NO = "the network refused it"


def answer(*statuses, count=None):
    parts = [{"status": s, "message-id": f"0A-{n}"} for n, s in enumerate(statuses, 1)]
    return {"message-count": str(count or len(parts)), "messages": parts}


def said(tree, status=200, **headers):
    body = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    speech = VonageSpeech(VONAGE.clean(AT, window=10, is_sandbox=False), "s3cret")
    return speech.said(text(), Reply(status, headers, body)).about(text())


def text(**fields):
    usual = {
        "message_id": 1,
        "attempt": 1,
        "reference": "018f6b3c2a7e7c3d9b1e5f4a6d8c0b21",
        "number": "+447700900123",
        "sender": "Library",
        "body": "The library closes at 5pm today.",
        "part_count": 1,
        "valid_until": NOW + dt.timedelta(hours=24),
    }
    return OutgoingText(**{**usual, **fields})


# -- What it says ------------------------------------------------------------------------------

CODES = {
    "0": ("accepted", ""),
    "1": ("throttled", refusals.SLOWER),
    "2": ("refused", OURS),
    "3": ("refused", OURS),
    "4": ("not_tried", ACCOUNT),
    "5": ("ambiguous", ""),
    "6": ("refused", refusals.NUMBER),
    "7": ("refused", refusals.NUMBER),
    "8": ("not_tried", ACCOUNT),
    "9": ("not_tried", ACCOUNT),
    "10": ("throttled", refusals.SLOWER),
    "11": ("not_tried", ACCOUNT),
    "12": ("refused", OURS),
    "13": ("ambiguous", ""),
    "14": ("not_tried", ACCOUNT),
    "15": ("sender_refused", refusals.SENDER),
    "16": ("refused", OURS),
    "19": ("refused", NO),
    "20": ("refused", OURS),
    "22": ("refused", OURS),
    "23": ("refused", OURS),
    "29": ("refused", NO),
    "32": ("not_tried", ACCOUNT),
    "33": ("refused", refusals.NUMBER),
}


def test_every_code_of_the_table_is_tested():
    assert CODES.keys() == VERDICTS.keys()


@pytest.mark.parametrize("code", CODES)
def test_a_code_means_what_the_table_says(code):
    heard = said(answer(code))

    assert (heard.outcome, heard.words) == CODES[code]
    assert heard.code == ("" if code == "0" else f"status {code}")
    assert said(answer(int(code))).outcome == heard.outcome


@pytest.mark.parametrize("code", ["17", "18", "21", "24", "28", "30", "31", "34", "99", "", "ok"])
def test_a_code_that_nobody_knows_is_in_doubt(code):
    assert said(answer(code)).outcome == Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    "tree",
    [
        b"<html>",
        b"",
        [],
        {},
        {"messages": []},
        {"messages": {"status": "0"}},
        {"messages": ["0"]},
        {"messages": [{"status": True}]},
        answer("0", count=2),
        answer("0", "0", count=1),
    ],
)
def test_an_answer_that_makes_no_sense_is_in_doubt(tree):
    assert said(tree).outcome == Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, "not_tried"),
        (403, "not_tried"),
        (429, "throttled"),
        (408, "ambiguous"),
        (500, "ambiguous"),
        (502, "ambiguous"),
        (503, "ambiguous"),
        (504, "ambiguous"),
    ],
)
def test_a_bad_http_status_means_what_it_means_everywhere(status, outcome):
    assert said(answer("0"), status).outcome == outcome


@pytest.mark.parametrize(
    ("statuses", "outcome", "words", "parts"),
    [
        ("00", "accepted", "", "accepted accepted"),
        ("07", "partly", f"part 2 of 2 did not go: {refusals.NUMBER}", "accepted refused"),
        (
            "010",
            "partly",
            f"part 2 of 3 did not go: {refusals.SLOWER}",
            "accepted refused accepted",
        ),
        ("04", "partly", f"part 2 of 2 did not go: {ACCOUNT}", "accepted refused"),
        ("05", "ambiguous", "", "accepted ambiguous"),
        ("57", "ambiguous", "", "ambiguous refused"),
        ("77", "refused", refusals.NUMBER, ""),
        ("11", "throttled", refusals.SLOWER, ""),
        ("44", "not_tried", ACCOUNT, ""),
    ],
)
def test_a_text_in_several_parts_is_what_all_of_them_are(statuses, outcome, words, parts):
    heard = said(answer(*statuses))

    assert (heard.outcome, heard.words) == (outcome, words)
    assert " ".join(part.outcome for part in heard.parts) == parts
    if outcome == "accepted":
        assert [part.carrier_ref for part in heard.parts] == ["0A-1", "0A-2"]
        assert heard.carrier_ref == "0A-2"


# -- What it is asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "ttl"), [(24, "86400000"), (0, "20000"), (-1, "20000"), (1000, "604800000")]
)
def test_it_may_try_for_as_long_as_a_text_is_valid_within_what_it_takes(hours, ttl):
    call = VonageSpeech(VONAGE.clean(AT, window=10, is_sandbox=False), "s3cret").call(
        text(valid_until=NOW + dt.timedelta(hours=hours)), now=NOW
    )

    assert f"ttl={ttl}&".encode() in call.content
    assert call.url == "https://rest.vonage.example/sms/json"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"api_key": ""}, "api_key", "“API key” is empty."),
        ({"base_url": "rest.vonage.example"}, "base_url", "rest.vonage.example is no address of"),
        ({"base_url": "http://rest.vonage.example"}, "base_url", "rest.vonage.example is another"),
        ({"base_url": "https://vonage.example/?a="}, "base_url", "A question mark cannot stand"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(typed, field, words):
    with pytest.raises(Refused) as refused:
        VONAGE.clean({**AT, **typed}, window=10, is_sandbox=False)

    assert refused.value.field == field
    assert refused.value.words.startswith(words)


@pytest.mark.django_db
def test_it_is_added_with_both_secrets_sealed_and_the_usual_address():
    typed = {"api_key": "abcd1234", "api_secret": "s3cret", "signature_secret": "s1gn"}
    wanted = Wanted(20, None, True, settings=typed)

    services.add(name="campus", kind="vonage", wanted=wanted, by=make_operator(), now=NOW)

    kept = Carrier.objects.get().settings
    assert (unseal(kept["api_secret"]), unseal(kept["signature_secret"])) == ("s3cret", "s1gn")
    assert kept["base_url"] == "https://rest.nexmo.com"
    assert "s3cret" not in str(kept)


# -- From waiting to what its answer makes of it -----------------------------------------------


def make_vonage(peer, **settings):
    usual = {"api_key": "abcd1234", "api_secret": "s3cret", "answer_seconds": 2}
    return make_http("vonage", **{**usual, "base_url": f"{peer.url}/", **settings})


@pytest.mark.django_db(transaction=True)
def test_a_text_goes_once_with_what_vonage_wants(peer, tmp_path):
    peer.answers = [told(200, answer("0"))]
    [waiting] = make_texts(body="Ω 50% off & more = less")
    carrier = make_vonage(peer, signature_secret="s1gn")

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert (asked.method, asked.path, asked.query) == ("POST", "/sms/json", {})
    ttl = int(asked.form["ttl"])
    assert 0 < ttl <= 3600 * 1000
    assert {name: value for name, value in asked.form.items() if name != "ttl"} == {
        "api_key": "abcd1234",
        "api_secret": "s3cret",
        "from": "PHYSICS",
        "to": "447700900001",
        "text": "Ω 50% off & more = less",
        "type": "text",
        "client-ref": waiting.uid.hex,
        "status-report-req": "1",
        "callback": f"http://localhost:8000/carriers/{carrier.uid}/report",
    }
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert Message.objects.get().carrier_ref == "0A-1"


@pytest.mark.django_db(transaction=True)
def test_a_text_beyond_gsm_7_goes_as_unicode_from_a_number_without_its_plus(peer, tmp_path):
    peer.answers = [told(200, answer("0", "0"))]
    [waiting] = make_texts(body="Schlüssel 🔑 " * 8, sender="+447700900950")

    run_until(sender_of(make_vonage(peer), tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert (asked.form["type"], asked.form["from"]) == ("unicode", "447700900950")
    assert asked.form["client-ref"] == f"{waiting.uid.hex}-in-2"
    assert "callback" not in asked.form  # its reports could not be proven
    refs = TextPart.objects.order_by("number").values_list("state", "carrier_ref")
    assert list(refs) == [("accepted", "0A-1"), ("accepted", "0A-2")]


@pytest.mark.django_db(transaction=True)
def test_of_a_text_that_was_taken_in_part_the_page_knows_which(peer, tmp_path):
    peer.answers = [told(200, answer("0", "7"))]
    make_texts(body="x" * 200)

    run_until(sender_of(make_vonage(peer), tmp_path), all_are("undelivered"))

    message = Message.objects.get()
    assert (message.reason, message.accepted_part_count) == ("partly", 1)
    states = TextPart.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["accepted", "not_sent"]
    assert len(peer.calls) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("heard", "state", "reason"),
    [
        (told(200, answer("7")), "failed", "status 7"),
        (told(200, answer("15")), "failed", "status 15"),
        (told(200, answer("5")), "unknown", ""),
        (told(200, answer("34")), "unknown", ""),
        (told(200, answer("0", "5")), "unknown", ""),
        (Told(200, b"<html>"), "unknown", ""),
        (told(500), "unknown", ""),
        (CUT, "unknown", ""),
        (SILENT, "unknown", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_an_answer_makes_of_a_text(peer, tmp_path, heard, state, reason):
    peer.answers = [heard]
    make_texts()

    run_until(sender_of(make_vonage(peer), tmp_path), all_are(state))

    message = Message.objects.get()
    assert (message.reason, message.maybe_sent) == (reason, state == "unknown")
    assert len(peer.calls) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("heard", [told(429), told(200, answer("1"))])
def test_a_throttled_text_goes_again_and_is_taken_once(peer, tmp_path, heard):
    peer.answers = [heard, told(200, answer("0"))]
    make_texts()

    run_until(sender_of(make_vonage(peer), tmp_path), all_are("submitted"))

    assert len(peer.calls) == 2
    assert not Attempt.objects.filter(phase="ambiguous").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("heard", "code"), [(told(200, answer("4")), "status 4"), (told(401), "http 401")]
)
def test_a_refused_account_is_no_fault_of_a_text(peer, tmp_path, heard, code):
    peer.answers = [heard]
    make_texts(20)
    words = f"the carrier refuses the account ({code})"

    run_until(
        sender_of(make_vonage(peer, window=5), tmp_path),
        lambda: CarrierHealth.objects.filter(problem=words).exists(),
    )

    assert set(Message.objects.values_list("state", "maybe_sent")) == {("queued", False)}
    assert len(peer.calls) <= 5
