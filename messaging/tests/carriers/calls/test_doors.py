"""Carriers that call us: what is refused, what is kept, and that nothing is kept twice."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.carriers.calls import hearing
from messaging.carriers.models import CarrierCall
from messaging.tests.carriers.calls.calling import SECRET, call, name_and_password, signature
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.make import make_simulator

pytestmark = pytest.mark.django_db

SAID = {"id": "made-1", "status": "delivered"}


@pytest.fixture
def carrier():
    return make_calling("http")


def make_calling(kind, name="", **settings):
    return make_http(
        kind,
        name=name,
        **{
            "url": "http://127.0.0.1:9/send",
            "proof": "hmac",
            "proof_secret": SECRET,
            "proof_time_header": "X-Time",
            **settings,
        },
    )


def kept():
    return [(row.about, bytes(row.body)) for row in CarrierCall.objects.order_by("pk")]


def test_a_call_is_kept_as_it_came_before_it_is_answered(carrier):
    answer = call(carrier, "report", SAID)

    assert (answer.status_code, answer.content) == (200, b"")
    assert kept() == [("report", b'{"id": "made-1", "status": "delivered"}')]
    [row] = CarrierCall.objects.all()
    assert (row.carrier, row.content_type, row.read_at) == (carrier, "application/json", None)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "it has no X-Signature"),
        ({"X-Signature": "00", "X-Time": "abc"}, "its signature is wrong"),
        ({"X-Signature": "a" * 64}, "it has no X-Time"),
        (signature(b"other words"), "its signature is wrong"),
        (signature(b'{"id": 1}', secret="guessed"), "its signature is wrong"),
        ({**signature(b'{"id": 1}'), "X-Time": "1"}, "its signature is wrong"),
    ],
)
def test_a_forged_call_is_refused_and_the_messaging_team_can_read_why(carrier, headers, why):
    cache.clear()

    answer = call(carrier, "report", b'{"id": 1}', headers)

    assert (answer.status_code, kept()) == (403, [])
    assert hearing.told(carrier, now=timezone.now()).refused_why == why


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stale_call_is_refused(carrier, minutes):
    at = timezone.now() + dt.timedelta(minutes=minutes)

    answer = call(carrier, "report", b"{}", signature(b"{}", at=at))

    assert (answer.status_code, kept()) == (403, [])


def test_a_call_that_is_played_again_is_answered_and_kept_once(carrier):
    headers = signature(b"{}")

    answers = [call(carrier, "report", b"{}", headers).status_code for _ in range(3)]

    assert (answers, len(kept())) == ([200, 200, 200], 1)


def test_a_call_of_another_carrier_is_refused(carrier):
    make_calling("http", "theirs", proof_secret="their-s3cret")

    answer = call(carrier, "report", b"{}", signature(b"{}", secret="their-s3cret"))

    assert (answer.status_code, kept()) == (403, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (name_and_password(), 200),
        (name_and_password("other"), 403),
        (name_and_password(password="guessed"), 403),
        ({"Authorization": "Basic ü"}, 403),
        ({}, 401),
    ],
)
def test_a_name_and_a_password_prove_a_call_too(headers, status):
    carrier = make_calling("http", proof="basic", proof_username="campus")

    answer = call(carrier, "text", b"{}", headers)

    assert (answer.status_code, len(kept())) == (status, int(status == 200))


def test_without_a_secret_nothing_is_proven():
    carrier = make_calling("http", proof_secret="")
    carrier.settings["proof_secret"] = ""
    carrier.save()

    assert call(carrier, "report", b"{}", signature(b"{}", secret="")).status_code == 403


def test_what_is_too_big_is_not_even_read(carrier):
    assert call(carrier, "report", b"x" * (hearing.LONGEST + 1)).status_code == 413


def test_a_carrier_that_calls_nobody_has_no_door(carrier):
    silent = make_simulator()
    carrier.settings["proof"] = "none"
    carrier.save()

    assert call(silent, "report", b"{}").status_code == 404
    assert call(carrier, "report", b"{}").status_code == 404


def test_a_secret_that_cannot_be_opened_says_later_and_not_no(carrier):
    carrier.settings["proof_secret"] = "sealed with another key"
    carrier.save()

    assert call(carrier, "report", b"{}").status_code == 503


def test_without_a_database_a_carrier_is_told_to_say_it_again(carrier):
    def away(*_):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        answer = call(carrier, "report", SAID)

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert kept() == []


def test_a_get_is_a_call_too():
    carrier = make_calling("http", proof="basic", proof_username="campus")
    address = reverse("operations:carrier_report", args=[carrier.uid])

    answer = Client().get(f"{address}?id=made-1&status=delivered", headers=name_and_password())

    assert answer.status_code == 200
    [row] = CarrierCall.objects.all()
    assert row.query == "id=made-1&status=delivered"


def test_a_get_is_refused_where_the_body_is_what_is_signed(carrier):
    address = reverse("operations:carrier_report", args=[carrier.uid])

    answer = Client().get(f"{address}?id=made-1&status=delivered", headers=signature(b""))

    assert (answer.status_code, answer["Allow"], kept()) == (405, "POST", [])


def test_what_was_read_is_forgotten_after_a_month(carrier):
    now = timezone.now()
    old = now - hearing.KEPT_FOR - dt.timedelta(days=1)
    rows = [(old, old), (old, None), (now, now)]
    for received_at, read_at in rows:
        CarrierCall.objects.create(
            carrier=carrier, about="report", received_at=received_at, read_at=read_at
        )

    assert hearing.forget_old(now=now) == 1
    assert CarrierCall.objects.filter(read_at=None).count() == 1
