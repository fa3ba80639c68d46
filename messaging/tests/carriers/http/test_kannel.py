"""Texts by Kannel's sendsms: what is asked, and what each of its answers makes of a text."""

import pytest
from django.urls import reverse

from messaging.carriers.base import Outcome
from messaging.carriers.http.exchange import Reply
from messaging.carriers.http.kannel import ANSWERS, KANNEL, verdict_of
from messaging.carriers.models import CarrierHealth
from messaging.sending.models import Message
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.http.peer import CUT, SILENT, Told
from messaging.tests.carriers.http.test_sending import is_answered
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of
from smsportal.lib.errors import Refused

CALL_SECRET = "made-up-for-kannel-1"
ACCEPTED = Told(202, b"0: Accepted for delivery")
QUEUED = Told(202, b"3: Queued for later delivery")
SENT = Told(202, b"Sent.")
EMPTY = Told(400, b"Empty receiver number not allowed, rejected")
MISSING = Told(400, b"Missing receiver number, rejected")
DENIED = Told(400, b"Number(s) has/have been denied by white- and/or black-lists.")
NO_SENDER = Told(400, b"Sender missing and no global set, rejected")
MISFORMED = Told(400, b"Validity field misformed, rejected")
NO_ACCOUNT = Told(403, b"Authorization failed for sendsms")
NO_ROUTE = Told(403, b"Not routable. Do not try again.")
FULL = Told(503, b"Temporal failure, try again later.")

MEANINGS = [
    (ACCEPTED, Outcome.ACCEPTED),
    (QUEUED, Outcome.ACCEPTED),
    (SENT, Outcome.ACCEPTED),
    (EMPTY, Outcome.REFUSED),
    (MISSING, Outcome.REFUSED),
    (DENIED, Outcome.REFUSED),
    (NO_SENDER, Outcome.SENDER_REFUSED),
    (MISFORMED, Outcome.REFUSED),
    (NO_ACCOUNT, Outcome.NOT_TRIED),
    (NO_ROUTE, Outcome.REFUSED),
    (FULL, Outcome.THROTTLED),
]


@pytest.fixture
def make_kannel(peer):
    def make(**settings):
        given = {"url": peer.url, "username": "portal", "password": "s3&cret", "answer_seconds": 2}
        return make_http("kannel", **{**given, **settings})

    return make


@pytest.mark.parametrize(
    ("answer", "outcome"), MEANINGS, ids=lambda value: getattr(value, "body", b"").decode()
)
def test_every_answer_of_the_table_means_what_it_says(answer, outcome):
    verdict = verdict_of(Reply(answer.status, {}, answer.body))

    assert verdict.outcome == outcome


def test_no_answer_of_the_table_is_left_untested():
    said = [(answer.status, answer.body.decode().lower()) for answer, _ in MEANINGS]
    rows = [
        next(n for n, (s, begins, _) in enumerate(ANSWERS) if s == status and w.startswith(begins))
        for status, w in said
    ]

    assert rows == list(range(len(ANSWERS)))


@pytest.mark.django_db(transaction=True)
def test_a_text_goes_once_with_all_that_kannel_wants(make_kannel, peer, tmp_path, settings):
    settings.PORTAL_URL = "https://sms.example.ac.uk"
    peer.answers = [ACCEPTED]
    carrier = make_kannel(smsc="tallis", call_secret=CALL_SECRET)
    [text] = make_texts(body="Ω 50% off & more")

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    [asked] = peer.calls
    door = reverse("operations:carrier_report", args=[carrier.uid])
    assert (asked.method, asked.path, asked.body) == ("GET", "/cgi-bin/sendsms", b"")
    assert asked.query == {
        "username": "portal",
        "password": "s3&cret",
        "from": "PHYSICS",
        "to": "+447700900001",
        "text": "Ω 50% off & more",
        "charset": "UTF-8",
        "coding": "0",
        "validity": "59",
        "smsc": "tallis",
        "dlr-mask": "31",
        "dlr-url": f"https://kannel:{CALL_SECRET}@sms.example.ac.uk{door}"
        f"?id={text.uid.hex}&type=%d&said=%A",
    }
    assert Message.objects.get().carrier_ref == text.uid.hex


@pytest.mark.django_db(transaction=True)
def test_without_a_secret_no_report_is_asked_for_and_other_letters_go_in_ucs_2(
    make_kannel, peer, tmp_path
):
    peer.answers = [ACCEPTED]
    make_texts(body="日本 😀")

    run_until(sender_of(make_kannel(url=f"{peer.url}/own/path"), tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert (asked.path, asked.query["text"], asked.query["coding"]) == ("/own/path", "日本 😀", "2")
    assert not {"smsc", "dlr-mask", "dlr-url"} & set(asked.query)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (ACCEPTED, "submitted", ""),
        (QUEUED, "submitted", ""),
        (DENIED, "failed", "http 400"),
        (NO_SENDER, "failed", "http 400"),
        (MISFORMED, "failed", "http 400"),
        (NO_ROUTE, "failed", "http 403"),
        (Told(202, b""), "unknown", ""),
        (Told(202, b"<html>Welcome</html>"), "unknown", ""),
        (Told(202, b"\xff\x00" * 9), "unknown", ""),
        (Told(200, b"0: Accepted for delivery"), "unknown", ""),
        (Told(500, b"Sending failed."), "unknown", ""),
        (Told(502, b"Bad gateway"), "unknown", ""),
        (Told(503, b"Service unavailable"), "unknown", ""),
        (CUT, "unknown", ""),
        (SILENT, "unknown", ""),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_an_answer_makes_of_a_text(make_kannel, peer, tmp_path, answer, state, reason):
    peer.answers = [answer]
    make_texts()

    run_until(sender_of(make_kannel(), tmp_path), is_answered)

    text = Message.objects.get()
    assert (text.state, text.reason) == (state, reason)
    assert text.maybe_sent == (state == "unknown")
    assert len(peer.calls) == 1


@pytest.mark.django_db(transaction=True)
def test_a_text_that_met_a_full_queue_goes_again_and_is_taken_once(make_kannel, peer, tmp_path):
    peer.answers = [FULL, ACCEPTED]
    make_texts()

    run_until(sender_of(make_kannel(), tmp_path), all_are("submitted"))

    assert len(peer.calls) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NO_ACCOUNT, "the carrier refuses the user name or password"),
        (Told(403, b"Your address is not known"), "the carrier refuses the account (http 403)"),
        (Told(404, b"Not found"), "nothing takes texts at its address (404)"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_is_no_fault_of_the_text_is_said_of_the_carrier_and_the_text_waits(
    make_kannel, peer, tmp_path, answer, words
):
    peer.answers = [answer]
    make_texts()

    run_until(
        sender_of(make_kannel(), tmp_path),
        lambda: CarrierHealth.objects.filter(problem=words).exists(),
    )

    assert Message.objects.get().state == "queued"
    assert len(peer.calls) == 1


AT = {"url": "https://sms.example.com", "username": "portal"}


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"username": ""}, "username", "“User name” is empty."),
        ({"url": "https://sms.example.com/?to="}, "url", "Give the address without its question"),
        ({"url": "http://sms.example.com"}, "url", "sms.example.com is another machine, and http"),
        ({"url": "https://10.0.0.7"}, "url", "10.0.0.7 is not on the internet. Whoever runs"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(wrong, field, words):
    with pytest.raises(Refused) as refused:
        KANNEL.clean({**AT, **wrong}, window=10, is_sandbox=False)

    assert refused.value.field == field
    assert refused.value.words.startswith(words)


def test_a_kannel_of_ones_own_network_is_allowed_by_name(settings):
    settings.PRIVATE_CARRIER_HOSTS = ["10.0.0.7"]

    clean = KANNEL.clean({**AT, "url": "http://10.0.0.7:13013"}, window=10, is_sandbox=False)

    assert clean["url"] == "http://10.0.0.7:13013"


@pytest.mark.parametrize("secret", ["short", "has:a:colon:in:its:middle", "per%cent-is-filled-in"])
def test_the_secret_of_its_calls_can_stand_in_an_address(secret):
    [field] = [field for field in KANNEL.secrets if field.name == "call_secret"]

    with pytest.raises(Refused, match="letters, digits, hyphens and underscores"):
        field.clean(secret)
    assert field.clean(CALL_SECRET) == CALL_SECRET


def test_it_is_not_said_to_know_our_reference_again():
    assert not KANNEL.names_texts(KANNEL.clean(AT, window=10, is_sandbox=False))
