"""A department's own system is called for each text, by a call that it can check."""

import datetime as dt

import pytest

from inbound.calling import services, writing
from inbound.calling.models import WebhookCall
from inbound.tests.make import come_in, from_phone, make_keyword
from messaging.carriers.http import guard
from messaging.tests.carriers.http.peer import CUT, Peer, told
from smsportal.lib.sealing import seal

pytestmark = pytest.mark.django_db

SECRET = writing.new_secret(b"x" * 24)


@pytest.fixture
def peer(settings):
    settings.WEBHOOK_HOSTS_INSIDE = ["127.0.0.1"]
    started = Peer()
    yield started
    started.stop()


def text_comes_in(url):
    make_keyword("CHORUS", webhook_url=url, webhook_secret=seal(SECRET))
    come_in(from_phone("OXFORD CHORUS two places"))
    WebhookCall.objects.update(next_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_a_text_is_told_with_a_signature_that_libraries_can_check(peer):
    text_comes_in(f"{peer.url}/hook")

    assert services.call_due() == 1

    [asked] = peer.calls
    call = WebhookCall.objects.get()
    assert asked.json["data"] == {
        "keyword": "CHORUS", "words": "two places", "from": "+447700900123", "to": "81025"
    }  # fmt: skip
    assert asked.headers["webhook-id"] == str(call.uid)
    moment = asked.headers["webhook-timestamp"]
    signed = writing.signature(str(call.uid), moment, asked.body, SECRET)
    assert asked.headers["webhook-signature"] == f"v1,{signed}"
    assert call.taken_at is not None


def test_the_signature_is_that_of_the_published_example():
    """Source: the reference implementation's own test vector."""
    signed = writing.signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert signed == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("answer", [told(500), told(404), told(302, None, Location="/"), CUT])
def test_a_call_that_was_not_taken_is_made_again_later(peer, answer):
    peer.answers = [answer]
    text_comes_in(f"{peer.url}/hook")

    assert services.call_due() == 0
    assert services.call_due() == 0  # it waits

    call = WebhookCall.objects.get()
    assert (call.attempt_count, call.taken_at, call.given_up_at) == (1, None, None)
    assert len(peer.calls) == 1


def test_after_a_day_it_is_given_up(peer):
    peer.answers = [told(500)]
    text_comes_in(f"{peer.url}/hook")

    for _ in range(9):
        WebhookCall.objects.update(next_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        services.call_due()

    call = WebhookCall.objects.get()
    assert call.given_up_at is not None
    assert sum(services.PAUSES, dt.timedelta()) == dt.timedelta(days=1)


def test_who_says_that_it_is_gone_is_called_no_more(peer):
    peer.answers = [told(410)]
    text_comes_in(f"{peer.url}/hook")

    services.call_due()

    assert WebhookCall.objects.get().given_up_at is not None


@pytest.mark.parametrize(
    "url",
    ["http://example.ac.uk/hook", "https://127.0.0.1/hook", "https://localhost:1/hook", "ftp://a/",
     "https://[::1]/"],
)  # fmt: skip
def test_what_only_the_worker_can_reach_is_not_called(url, monkeypatch):
    async def fail(*_):
        raise AssertionError("it was called")

    monkeypatch.setattr(services.Wire, "ask", fail)
    text_comes_in(url)

    assert services.call_due() == 0
    assert WebhookCall.objects.get().given_up_at is not None


def test_an_address_inside_is_called_only_where_a_setting_names_it(settings):
    assert services.refusal_of("http://timetable.example.ac.uk/") != ""
    settings.WEBHOOK_HOSTS_INSIDE = ["timetable.example.ac.uk"]
    assert services.refusal_of("http://timetable.example.ac.uk/") == ""
    assert guard.place_of("http://timetable.example.ac.uk/").port == 80
