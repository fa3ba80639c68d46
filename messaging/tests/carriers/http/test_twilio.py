"""Twilio: what it is told, what its answers and calls mean, and that its calls are its own."""

import base64
import hmac
from urllib.parse import parse_qsl, urlencode

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_operator
from messaging.carriers.base import DeliveryReceipt, TextFromPhone
from messaging.carriers.calls import hearing
from messaging.carriers.http import twilio
from messaging.carriers.http.exchange import Reply
from messaging.carriers.http.twilio_calls import REASONS, WORDS, TwilioListener, signature
from messaging.carriers.models import Carrier, CarrierCall
from messaging.carriers.registry import KINDS, listener_for
from messaging.carriers.verdicts import ACCOUNT, DOUBT, FAST, NO_LINE, TAKEN, UNMAPPED
from messaging.incoming.models import IncomingText
from messaging.sending.models import Message
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.http.peer import CUT, told
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal

SID, TOKEN = "AC" + "0a" * 16, "t0ken"
REFERENCE = "018f6b3c2a7e7c3d9b1e5f4a6d8c0b21"


def make_twilio(url="http://127.0.0.1:9", name="twilio", token=TOKEN):
    return make_http("twilio", name=name, url=url, account_sid=SID, auth_token=token)


def sign(url, fields, token=TOKEN):
    mac = hmac.new(token.encode(), digestmod="sha1")
    mac.update(url.encode() + "".join(n + fields[n] for n in sorted(fields)).encode())
    return base64.b64encode(mac.digest()).decode()


def call(carrier, about, fields, settings, *, query="", signed=None):
    path = reverse(f"operations:carrier_{about}", args=[carrier.uid]) + query
    signed = sign(settings.PORTAL_URL + path, fields) if signed is None else signed
    return Client(enforce_csrf_checks=True).post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed} if signed else {},
    )


def say(settings, url, fields):
    """As Twilio calls the address that came with a text."""
    path = url.removeprefix(settings.PORTAL_URL)
    return Client().post(
        path,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(url, fields)},
    )


# -- What goes --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_text_goes_with_the_address_that_its_reports_are_to_come_to(peer, tmp_path, settings):
    peer.answers = [told(201, {"sid": "SM1", "status": "queued"})]
    [text] = make_texts(body="Ω 50% off & more")
    carrier = make_twilio(peer.url)

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    [asked] = peer.calls
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
    assert asked.headers["authorization"] == (
        "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    )
    door = reverse("operations:carrier_report", args=[carrier.uid])
    assert asked.form == {
        "To": "+447700900001",
        "From": "PHYSICS",
        "Body": "Ω 50% off & more",
        "ValidityPeriod": str(59 * 60),
        "StatusCallback": f"{settings.PORTAL_URL}{door}?text={text.uid.hex}",
    }
    assert Message.objects.get().carrier_ref == "SM1"


@pytest.mark.django_db(transaction=True)
def test_a_report_settles_a_text_whose_answer_was_lost(peer, tmp_path, settings):
    peer.answers = [CUT]
    make_texts()
    carrier = make_twilio(peer.url)

    def is_told():
        if all_are("unknown")() and not CarrierCall.objects.exists():
            [asked] = peer.calls
            fields = {"MessageSid": "SM7", "MessageStatus": "delivered"}
            assert say(settings, asked.form["StatusCallback"], fields).status_code == 200
        return all_are("delivered")()

    run_until(sender_of(carrier, tmp_path), is_told)

    assert len(peer.calls) == 1
    assert Message.objects.get().accepted_at is not None


@pytest.mark.django_db(transaction=True)
def test_reports_and_a_text_from_a_phone_are_heard_once(peer, tmp_path, settings):
    peer.answers = [told(201, {"sid": "SM1"})]
    make_texts()
    carrier = make_twilio(peer.url)
    text = {"MessageSid": "SM9", "From": "+447700900123", "To": "+447700900950", "Body": "Yes 👍"}

    def is_told():
        if all_are("submitted")() and not CarrierCall.objects.exists():
            door = peer.calls[0].form["StatusCallback"]
            for word in ("sent", "delivered", "delivered"):
                say(settings, door, {"MessageSid": "SM1", "MessageStatus": word})
            for _ in range(2):
                answer = call(carrier, "text", text, settings)
            assert answer.content.endswith(b"<Response/>")
            assert answer["Content-Type"].startswith("text/xml")
        return all_are("delivered")() and not CarrierCall.objects.filter(read_at=None).exists()

    run_until(sender_of(carrier, tmp_path), is_told)

    [reply] = IncomingText.objects.all()
    assert (reply.from_number, reply.to_number, reply.body) == (
        "+447700900123", "+447700900950", "Yes 👍",
    )  # fmt: skip
    assert CarrierCall.objects.count() == 3


# -- What its answers mean --------------------------------------------------------------------


def said(status, body=b"", **headers):
    speech = twilio.TwilioSpeech({"account_sid": SID, "url": "https://api.example"}, TOKEN, "")
    return speech.said(None, Reply(status, headers, body))


@pytest.mark.parametrize("code", twilio.CODES)
def test_each_code_that_is_known_means_what_the_table_says(code):
    answer = said(400, b'{"code": %s, "message": "No", "status": 400}' % code.encode())

    assert (answer.verdict, answer.code) == (twilio.CODES[code], f"code {code}")
    assert bool(answer.problem) is (answer.verdict == ACCOUNT)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (201, b'{"sid": "SM1", "status": "queued"}', TAKEN),
        (201, b'{"status": "queued"}', DOUBT),
        (201, b"<html>", DOUBT),
        (201, b"[" * 50_000, DOUBT),
        (400, b'{"code": 99999}', UNMAPPED),
        (400, b"not json", UNMAPPED),
        (401, b"", ACCOUNT),
        (404, b"", NO_LINE),
        (429, b"", FAST),
        (500, b'{"code": 20500}', DOUBT),
        (502, b"<html>", DOUBT),
        (503, b"", DOUBT),
    ],
)
def test_what_the_table_does_not_know_goes_by_the_status(status, body, verdict):
    assert said(status, body).verdict == verdict


def test_too_many_requests_says_how_long_to_rest():
    answer = said(429, b'{"code": 20429}', **{"retry-after": "3"})

    assert (answer.verdict, answer.rests) == (FAST, 3.0)


# -- What it tells ----------------------------------------------------------------------------


def test_the_signature_is_the_one_that_twilio_publishes_as_its_example():
    # The numbers are those of the published example; nothing else gives this result.
    phone = "+14158675309"
    form = {"CallSid": "CA1234567890ABCDE", "Caller": phone, "Digits": "1234", "From": phone}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    digest = signature("12345", url, [*form.items(), ("To", "+18005551212")])

    assert base64.b64encode(digest) == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        ("", "it has no X-Twilio-Signature"),
        ("AAAA", "its signature is wrong"),
        ("ü", "its signature is wrong"),
    ],
)
@pytest.mark.django_db
def test_a_call_that_is_not_twilios_is_refused_and_not_kept(signed, why, settings):
    carrier = make_twilio()

    answer = call(carrier, "report", {"MessageSid": "SM1"}, settings, signed=signed)

    assert answer.status_code == 403
    assert not CarrierCall.objects.exists()
    assert hearing.told(carrier, now=timezone.now()).refused_why == why


@pytest.mark.django_db
def test_a_signature_of_other_words_another_address_or_another_account_is_refused(settings):
    carrier, other = make_twilio(), make_twilio(name="other", token="0ther")
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    door = settings.PORTAL_URL + reverse("operations:carrier_report", args=[carrier.uid])
    good = sign(door, fields)

    changed = {**fields, "MessageStatus": "failed"}
    assert call(carrier, "report", changed, settings, signed=good).status_code == 403
    assert (
        call(carrier, "report", fields, settings, query="?text=1", signed=good).status_code == 403
    )
    assert call(carrier, "text", fields, settings, signed=good).status_code == 403
    assert call(other, "report", fields, settings, signed=good).status_code == 403
    assert call(carrier, "report", fields, settings, signed=good).status_code == 200


@pytest.mark.django_db
def test_a_call_that_is_played_again_is_answered_and_kept_once(settings):
    carrier = make_twilio()

    for _ in range(3):
        assert call(carrier, "report", {"MessageSid": "SM1"}, settings).status_code == 200

    assert CarrierCall.objects.count() == 1


@pytest.mark.django_db
def test_without_a_token_nobody_is_twilio(settings):
    carrier = make_http("twilio", url="http://127.0.0.1:9", account_sid=SID)

    fields = {"MessageSid": "SM1"}
    path = reverse("operations:carrier_report", args=[carrier.uid])
    forged = sign(settings.PORTAL_URL + path, fields, token="")

    assert call(carrier, "report", fields, settings, signed=forged).status_code == 403


def read(carrier, about, fields, settings, query=""):
    assert call(carrier, about, fields, settings, query=query).status_code == 200
    events = hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now())
    return events, CarrierCall.objects.get().problem


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.django_db
def test_each_word_of_a_report_means_what_the_table_says(word, settings):
    fields = {"MessageSid": "SM1", "MessageStatus": word}

    events, problem = read(make_twilio(), "report", fields, settings, f"?text={REFERENCE}")

    meanings = [(e.state, e.reason) for e in events if isinstance(e, DeliveryReceipt)]
    assert meanings == ([WORDS[word]] if WORDS[word][0] else [])
    assert problem == ""
    assert all(event.reference == REFERENCE for event in events)


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.django_db
def test_each_reason_of_an_undelivered_text_means_what_the_table_says(code, settings):
    fields = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": code}

    [event], _ = read(make_twilio(), "report", fields, settings)

    assert (event.state, event.reason) == REASONS[code]


@pytest.mark.parametrize(
    ("about", "fields", "problem"),
    [
        ("report", {"MessageStatus": "delivered"}, "It says no id of a text"),
        (
            "report",
            {"MessageSid": "SM1", "MessageStatus": "gone"},
            "“gone” is none of the words that Twilio has",
        ),
        ("text", {"From": "+447700900123"}, "It does not say from where, or to where, or its id"),
    ],
)
@pytest.mark.django_db
def test_what_makes_no_sense_is_kept_with_the_reason(about, fields, problem, settings):
    assert read(make_twilio(), about, fields, settings) == ([], problem)


@pytest.mark.django_db
def test_a_text_from_a_phone_keeps_its_words(settings):
    body = '<b>Hi</b>\x00 & "you" 👍'
    fields = {"MessageSid": "SM2", "From": "+447700900123", "To": "PHYSICS", "Body": body}

    [event], _ = read(make_twilio(), "text", fields, settings)

    assert isinstance(event, TextFromPhone)
    assert (event.to_number, event.body) == ("PHYSICS", body.replace("\x00", ""))


def test_the_listener_never_shows_its_token():
    assert TOKEN not in repr(TwilioListener(TOKEN))


# -- Who adds it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"account_sid": f"{SID}/../x"}, "account_sid"),
        ({"account_sid": ""}, "account_sid"),
        ({"account_sid": SID, "url": "http://api.example.com"}, "url"),
        ({"account_sid": SID, "url": "https://api.example.com?x=1"}, "url"),
        ({"account_sid": SID, "url": "https://10.0.0.1"}, "url"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(settings, field):
    with pytest.raises(Refused) as refused:
        KINDS["twilio"].clean(settings, window=10, is_sandbox=False)

    assert refused.value.field == field


@pytest.mark.django_db
def test_the_messaging_team_adds_it_on_its_page_with_the_token_sealed(client):
    client.force_login(make_operator())
    page = client.get(reverse("operations:carrier_add"), {"kind": "twilio"})
    assert b"https://api.twilio.com" in page.content

    wanted = {
        "name": "tw",
        "account_sid": SID,
        "auth_token": TOKEN,
        "url": "https://api.twilio.com",
        "window": "20",
        "answer_seconds": "30",
        "is_charging": "on",
    }
    address = reverse("operations:carrier_add") + "?kind=twilio"
    refused = client.post(address, {**wanted, "auth_token": ""})
    assert "“Auth token” is empty." in refused.content.decode()
    answer = client.post(address, wanted, follow=True)

    carrier = Carrier.objects.get()
    assert (carrier.kind, unseal(carrier.settings["auth_token"])) == ("twilio", TOKEN)
    assert TOKEN.encode() not in answer.content
    assert "Twilio signs each call" in answer.content.decode()


@pytest.mark.django_db
def test_the_command_adds_it(monkeypatch, capsys):
    monkeypatch.setenv("TWILIO_TOKEN", TOKEN)

    call_command(
        "carrier", "add", "twilio", "tw", "--account-sid", SID,
        "--auth-token-env", "TWILIO_TOKEN",
    )  # fmt: skip

    carrier = Carrier.objects.get()
    assert carrier.settings["url"] == "https://api.twilio.com"
    assert unseal(carrier.settings["auth_token"]) == TOKEN


def test_all_fields_of_a_signature_count():
    form = parse_qsl("b=2&a=1&a=1", keep_blank_values=True)

    assert signature("k", "u", form) == signature("k", "u", [("a", "1"), ("b", "2")])
    assert signature("k", "u", form) != signature("k", "u", [("a", "1")])
