"""Calls of Vonage: whose they are, and what they say."""

import datetime as dt
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.carriers.calls import hearing
from messaging.carriers.http.vonage_calls import REASONS, STATUSES, meaning
from messaging.carriers.models import CarrierCall
from messaging.carriers.registry import listener_for
from messaging.incoming.models import IncomingText
from messaging.sending.models import Message
from messaging.tests.carriers.calls.calling import SECRET
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.http.peer import told
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

REPORT = {
    "msisdn": "447700900001",
    "to": "PHYSICS",
    "network-code": "23410",
    "messageId": "0A-1",
    "price": "0.03330000",
    "status": "delivered",
    "scts": "2605121000",
    "err-code": "0",
    "message-timestamp": "2026-05-12 10:00:00",
}
TEXT = {
    "msisdn": "447700900123",
    "to": "447700900950",
    "messageId": "0B-1",
    "text": "Yes, see you & thanks = 1",
    "keyword": "YES,",
    "type": "text",
}
DELIVERED, UNDER_WAY = ("delivered", ""), ("", "")
ABSENT, DEAD, BLOCKED = (("undelivered", why) for why in ("absent", "dead", "blocked"))


def make_vonage(name="", **settings):
    usual = {
        "api_key": "abcd1234",
        "api_secret": "s3cret",
        "base_url": "http://127.0.0.1:9",
        "signature_secret": SECRET,
    }
    return make_http("vonage", name=name, **{**usual, **settings})


@pytest.fixture
def carrier(db):
    cache.clear()
    return make_vonage()


def signed(said, *, secret=SECRET, by="sha256", at=None, **more):
    """As Vonage documents it, written again from its page."""
    time = int((at or timezone.now()).timestamp())
    said = {**said, "timestamp": str(time), "nonce": "c0ffee", **more}
    words = ""
    for name in sorted(said):
        value = str(said[name]).replace("&", "_").replace("=", "_")
        words += "&" + name + "=" + value
    mac = hmac.new(secret.encode(), words.encode(), getattr(hashlib, by))
    return {**said, "sig": mac.hexdigest().upper()}


def post(carrier, about, said, form="json"):
    client = Client(enforce_csrf_checks=True)
    address = reverse(f"operations:carrier_{about}", args=[carrier.uid])
    if form == "query":
        return client.get(f"{address}?{urlencode(said)}")
    if form == "form":
        kind = "application/x-www-form-urlencoded"
        return client.post(address, urlencode(said), content_type=kind)
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return client.post(address, body, content_type="application/json")


def heard(carrier):
    return hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now())


def refusal(carrier):
    return hearing.told(carrier, now=timezone.now()).refused_why


# -- Whose it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "form", "query"])
@pytest.mark.parametrize("by", ["sha256", "sha512"])
def test_a_signed_call_is_kept_however_it_is_written(carrier, form, by):
    answer = post(carrier, "text", signed(TEXT, by=by), form)

    assert (answer.status_code, answer.content) == (200, b"")
    [event] = heard(carrier)
    assert event.body == TEXT["text"]


def test_the_signature_is_the_one_that_anybody_can_work_out_by_hand():
    words = b"&a=1&b=x_y_z&nonce=c0ffee&timestamp=1700000000"
    at = dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)

    made = signed({"b": "x&y=z", "a": "1"}, at=at)

    assert made["sig"].lower() == hmac.digest(SECRET.encode(), words, "sha256").hex()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (REPORT, "it has no sig"),
        ({**REPORT, "sig": ""}, "it has no sig"),
        ({**REPORT, "sig": "ü"}, "it has no sig"),
        ({**REPORT, "sig": "\udc00"}, "it has no sig"),
        ({**REPORT, "sig": "a" * 64}, "its signature is wrong"),
        (signed(REPORT, secret="guessed"), "its signature is wrong"),
        (signed(REPORT, by="md5"), "its signature is wrong"),
        (signed(REPORT, by="sha1"), "its signature is wrong"),
        ({**signed(REPORT), "status": "failed"}, "its signature is wrong"),
        ({**signed(REPORT), "nonce": "other"}, "its signature is wrong"),
        ({**signed(REPORT), "more": "1"}, "its signature is wrong"),
        (
            signed({**REPORT, "a=1&b": "2"}),
            "one of its names has a sign in it that separates names",
        ),
        (signed(REPORT, timestamp="soon"), "its time is no time"),
        ({"sig": "aa", "status": ["delivered"]}, "status is no value"),
        ({"sig": "aa", "status": None}, "status is no value"),
        (b"[]", "it is no list of names and values"),
        (b"\xff", "it is neither a form nor JSON"),
    ],
)
def test_a_forged_call_is_refused_and_the_messaging_team_can_read_why(carrier, said, why):
    answer = post(carrier, "report", said)

    assert (answer.status_code, CarrierCall.objects.count()) == (403, 0)
    assert refusal(carrier) == why


def test_a_call_without_a_time_is_refused(carrier):
    said = {"messageId": "0A-1", "status": "delivered"}
    words = b"&messageId=0A-1&status=delivered"
    mac = hmac.digest(SECRET.encode(), words, "sha256").hex()

    assert post(carrier, "report", {**said, "sig": mac}).status_code == 403
    assert refusal(carrier) == "its time is no time"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_call_is_refused(carrier, minutes):
    at = timezone.now() + dt.timedelta(minutes=minutes)

    assert post(carrier, "report", signed(REPORT, at=at)).status_code == 403
    assert refusal(carrier) == "it is too old, or a clock is wrong"


@pytest.mark.parametrize("form", ["json", "form", "query"])
def test_a_call_that_is_played_again_is_answered_and_kept_once(carrier, form):
    said = signed(TEXT)
    again = {**said, "text": TEXT["text"].replace("&", "=")}  # the same to the signature

    answers = [post(carrier, "text", said).status_code for _ in range(2)]
    answers.append(post(carrier, "text", again, form).status_code)

    assert (answers, CarrierCall.objects.count()) == ([200, 200, 200], 1)


def test_the_same_words_with_another_nonce_are_another_call(carrier):
    for nonce in ("one", "two"):
        assert post(carrier, "report", signed(REPORT, nonce=nonce)).status_code == 200

    assert CarrierCall.objects.count() == 2


def test_a_call_of_another_carrier_is_refused(carrier):
    make_vonage("theirs", signature_secret="their-s3cret")

    answer = post(carrier, "report", signed(REPORT, secret="their-s3cret"))

    assert (answer.status_code, CarrierCall.objects.count()) == (403, 0)


def test_without_a_secret_nothing_is_proven(carrier):
    carrier.settings["signature_secret"] = ""
    carrier.save()

    assert post(carrier, "report", signed(REPORT, secret="")).status_code == 403
    assert refusal(carrier) == "no signature secret has been set here to prove it with"


# -- What it says ------------------------------------------------------------------------------

MEANINGS = {
    "delivered": DELIVERED,
    "submitted": UNDER_WAY,
    "accepted": UNDER_WAY,
    "buffered": UNDER_WAY,
    "unknown": UNDER_WAY,
    "expired": ABSENT,
    "failed": DEAD,
    "rejected": BLOCKED,
}
WHY = {
    **dict.fromkeys(("2", "7", "8"), ABSENT),
    **dict.fromkeys(("3", "5", "11"), DEAD),
    **dict.fromkeys(("4", "6", "9", "10", "13", "14", "15", "16", "39", "40"), BLOCKED),
    **dict.fromkeys(("50", "51", "52", "53", "54"), BLOCKED),
}


def test_every_word_of_the_tables_is_tested():
    assert (MEANINGS.keys(), WHY.keys()) == (STATUSES.keys(), REASONS.keys())


@pytest.mark.parametrize("error", ["", "0", "1", "12", "99", "strange"])
@pytest.mark.parametrize("status", MEANINGS)
def test_a_status_means_what_the_table_says(status, error):
    assert meaning(status, error) == MEANINGS[status]


@pytest.mark.parametrize("error", WHY)
@pytest.mark.parametrize("status", ["failed", "rejected", "expired"])
def test_an_error_code_says_why_better(status, error):
    assert meaning(status, error) == WHY[error]
    assert meaning("delivered", error) == DELIVERED
    assert meaning("buffered", error) == UNDER_WAY


@pytest.mark.parametrize(
    ("named", "reference"),
    [
        ("018f6b3c2a7e7c3d9b1e5f4a6d8c0b21", "018f6b3c2a7e7c3d9b1e5f4a6d8c0b21"),
        ("018f6b3c2a7e7c3d9b1e5f4a6d8c0b21-in-3", ""),  # of one part, and not of the text
        ("", ""),
    ],
)
def test_a_report_names_its_text(carrier, named, reference):
    post(carrier, "report", signed({**REPORT, "err-code": 0, "client-ref": named}))

    [event] = heard(carrier)
    assert (event.carrier_ref, event.reference) == ("0A-1", reference)
    assert (event.state, event.reason) == DELIVERED


@pytest.mark.parametrize(
    ("about", "said", "problem"),
    [
        ("report", {**REPORT, "messageId": ""}, "It says no messageId of a text"),
        ("report", {**REPORT, "status": "lost"}, "lost is no status that we know"),
        ("report", {"msisdn": "447700900123"}, "It is neither a report nor a text from a phone"),
        ("text", {"text": "Hello"}, "It is neither a report nor a text from a phone"),
        ("text", {**TEXT, "type": "binary"}, "It is data from a phone, and no text"),
        ("report", {**REPORT, "status": "buffered"}, ""),
    ],
)
def test_what_makes_no_sense_is_kept_with_the_reason(carrier, about, said, problem):
    assert post(carrier, about, signed(said)).status_code == 200

    assert heard(carrier) == []
    [row] = CarrierCall.objects.all()
    assert (row.problem, row.read_at is not None) == (problem, True)


@pytest.mark.parametrize(
    ("told_of", "part"),
    [
        ({"concat-ref": "112", "concat-part": "2", "concat-total": "3"}, (112, 2, 3)),
        ({"concat-ref": "112", "concat-part": "4", "concat-total": "3"}, None),
        ({"concat-ref": "112", "concat-part": "1", "concat-total": "1"}, None),
        ({"concat-ref": "112", "concat-part": "1"}, None),
        ({"concat-ref": "-1", "concat-part": "1", "concat-total": "3"}, None),
    ],
)
def test_a_part_of_a_long_text_is_known_where_it_says_which(carrier, told_of, part):
    post(carrier, "text", signed({**TEXT, "concat": "true", **told_of}))

    [event] = heard(carrier)
    found = event.part and (event.part.reference, event.part.number, event.part.total)
    assert found == part
    assert (event.from_number, event.to_number) == ("+447700900123", "+447700900950")


@pytest.mark.parametrize("word", ["\udc00", "x" * 500, "nul\x00"])
def test_whatever_stands_in_a_call_can_be_kept(carrier, word):
    listener = listener_for(carrier)
    row = CarrierCall(carrier=carrier, about="report", received_at=timezone.now())
    row.body = json.dumps({**REPORT, "messageId": word, word: word}).encode()
    row.save()

    [event] = hearing.unread(carrier.pk, listener, 10, now=timezone.now())

    assert len(event.carrier_ref) <= 64
    assert "\x00" not in event.carrier_ref + event.raw
    (event.carrier_ref + event.raw).encode()


@pytest.mark.parametrize(("said", "state"), [(REPORT, "delivered"), (TEXT, None)])
def test_a_call_at_the_other_address_is_still_what_it_is(carrier, said, state):
    post(carrier, "text" if state else "report", signed(said))

    [event] = heard(carrier)
    assert getattr(event, "state", None) == state


# -- To the end --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_long_text_is_delivered_with_its_last_part_and_an_answer_is_there_once(peer, tmp_path):
    peer.answers = [
        told(200, {"messages": [{"status": "0", "message-id": f"0A-{n}"} for n in (1, 2)]})
    ]
    carrier = make_vonage(base_url=peer.url, answer_seconds=2)
    make_texts(body="x" * 200)
    seen = []

    def is_told():
        if all_are("submitted")() and not seen:
            seen.append(peer.calls[0].form["client-ref"])
            named = {**REPORT, "client-ref": seen[0]}
            post(carrier, "report", signed({**named, "messageId": "0A-1"}), "form")
            post(carrier, "report", signed({**named, "messageId": "0A-2", "status": "accepted"}))
            post(carrier, "text", signed(TEXT))
            post(carrier, "text", signed(TEXT, nonce="again"))
        elif seen and not CarrierCall.objects.filter(read_at=None).exists() and len(seen) == 1:
            assert all_are("submitted")()  # one of two parts
            seen.append(post(carrier, "report", signed({**REPORT, "messageId": "0A-2"})))
        return all_are("delivered")()

    run_until(sender_of(carrier, tmp_path), is_told)

    [reply] = IncomingText.objects.all()
    assert (reply.from_number, reply.body) == ("+447700900123", TEXT["text"])
    assert Message.objects.get().accepted_part_count == 2


@pytest.mark.django_db(transaction=True)
def test_a_report_with_our_reference_settles_a_text_whose_answer_was_lost(peer, tmp_path):
    peer.answers = [told(500)]
    carrier = make_vonage(base_url=peer.url, answer_seconds=2)
    make_texts()

    def is_told():
        if all_are("unknown")() and not CarrierCall.objects.exists():
            named = peer.calls[0].form["client-ref"]
            post(carrier, "report", signed({**REPORT, "client-ref": named}))
        return all_are("delivered")()

    run_until(sender_of(carrier, tmp_path), is_told)

    assert len(peer.calls) == 1
