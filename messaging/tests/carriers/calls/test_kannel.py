"""What Kannel tells by calling: what is refused, what is kept once, and what its words mean."""

from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.carriers.calls import hearing
from messaging.carriers.http.kannel_calls import STATES, TYPES
from messaging.carriers.models import CarrierCall
from messaging.carriers.registry import listener_for
from messaging.tests.carriers.calls.calling import name_and_password
from messaging.tests.carriers.http.conftest import make_http

pytestmark = pytest.mark.django_db

SECRET = "made-up-for-kannel-1"
OURS = "018f6b3c2a7e7c3d9b1e5f4a6d8c0b21"
PROVEN = name_and_password("kannel", SECRET)
REPORT = {"id": OURS, "type": "1", "said": "id:7 stat:DELIVRD err:000"}
TEXT = {"from": "447700900123", "to": "447700900950", "text": "Yes, see you", "id": "t-1"}


@pytest.fixture
def carrier():
    return make_kannel()


def make_kannel(name="", secret=SECRET):
    settings = {"url": "http://127.0.0.1:9", "username": "portal", "call_secret": secret}
    return make_http("kannel", name=name, **settings)


def tell(carrier, about, said, headers=PROVEN):
    """said: fields, or an address's query as it is."""
    query = said if isinstance(said, str) else urlencode(said)
    address = reverse(f"operations:carrier_{about}", args=[carrier.uid])
    return Client(enforce_csrf_checks=True).get(f"{address}?{query}", headers=headers)


def read(carrier):
    return hearing.unread(carrier.pk, listener_for(carrier), 10, now=timezone.now())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (PROVEN, 200),
        (name_and_password("kannel", "guessed-guessed-guessed"), 403),
        (name_and_password("campus", SECRET), 403),
        (name_and_password("kannel", ""), 403),
        ({"Authorization": "Bearer ü"}, 403),
        ({}, 401),
    ],
)
@pytest.mark.parametrize("about", ["report", "text"])
def test_a_forged_call_is_refused(carrier, about, headers, status):
    answer = tell(carrier, about, REPORT, headers)

    assert (answer.status_code, CarrierCall.objects.count()) == (status, int(status == 200))


def test_a_secret_in_the_address_proves_nothing(carrier):
    assert tell(carrier, "report", {**REPORT, "password": SECRET}, {}).status_code == 401


def test_a_call_of_another_carrier_is_refused(carrier):
    make_kannel("theirs", "their-own-made-up-1")

    answer = tell(carrier, "report", REPORT, name_and_password("kannel", "their-own-made-up-1"))

    assert (answer.status_code, CarrierCall.objects.count()) == (403, 0)


@pytest.mark.parametrize(("about", "said"), [("report", REPORT), ("text", TEXT)])
def test_a_call_that_is_played_again_is_answered_and_kept_once(carrier, about, said):
    answers = [tell(carrier, about, said).status_code for _ in range(3)]

    assert (answers, CarrierCall.objects.count()) == ([200, 200, 200], 1)


def test_two_texts_with_the_same_words_are_two(carrier):
    for id_ in ("t-1", "t-2"):
        tell(carrier, "text", {**TEXT, "id": id_})

    assert [event.carrier_ref for event in read(carrier)] == ["t-1", "t-2"]


def test_it_calls_by_get_alone(carrier):
    address = reverse("operations:carrier_report", args=[carrier.uid])

    answer = Client().post(address, REPORT, headers=PROVEN)

    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert not CarrierCall.objects.exists()


def test_without_a_secret_it_has_no_door(carrier):
    carrier.settings["call_secret"] = ""
    carrier.save()

    assert tell(carrier, "report", REPORT).status_code == 404


def test_the_secret_is_not_among_what_is_kept(carrier):
    tell(carrier, "report", REPORT)

    [row] = CarrierCall.objects.all()
    assert SECRET not in f"{row.query}{row.content_type}{bytes(row.body)}{row.once}"


MEANINGS = [
    ("1", "", "delivered", ""),
    ("2", "", "undelivered", "dead"),
    ("2", "id:7 stat:EXPIRED err:001", "undelivered", "absent"),
    ("2", "id:7 stat:DELETED err:001", "undelivered", "dead"),
    ("2", "id:7 stat:UNDELIV err:001", "undelivered", "dead"),
    ("2", "id:7 stat:REJECTD err:001", "undelivered", "blocked"),
    ("2", "id:7 stat:STRANGE err:001", "undelivered", "dead"),
    ("4", "", "", ""),
    ("8", "ACK/", "", ""),
    ("16", "NACK/0x0000000b/Invalid Destination Address", "undelivered", "blocked"),
]


@pytest.mark.parametrize(("type_", "said", "state", "reason"), MEANINGS)
def test_what_its_reports_mean(carrier, type_, said, state, reason):
    tell(carrier, "report", {"id": OURS, "type": type_, "said": said})

    found = [(e.carrier_ref, e.reference, e.state, e.reason) for e in read(carrier)]

    assert found == ([(OURS, OURS, state, reason)] if state else [])
    assert not CarrierCall.objects.exclude(problem="").exists()


def test_no_type_and_no_state_is_left_untested():
    assert {type_ for type_, *_ in MEANINGS} == set(TYPES)
    assert all(any(f"stat:{state}" in said for _, said, *_ in MEANINGS) for state in STATES)


@pytest.mark.parametrize(
    ("about", "said", "problem"),
    [
        ("report", "", "It does not say which text it is about"),
        ("report", "id=7&type=1", "It does not say which text it is about"),
        ("report", f"id={OURS}", "It has no type"),
        ("report", f"id={OURS}&type=%25d", "%d is no type of a report"),
        ("report", f"id={OURS}&type=32", "32 is no type of a report"),
        ("text", "text=Hello&id=1", "It does not say from where, or to where"),
        ("text", "from=1&to=2&charset=8-BIT", "8-BIT is no charset that we can read"),
    ],
)
def test_what_makes_no_sense_is_kept_with_the_reason(carrier, about, said, problem):
    assert tell(carrier, about, said).status_code == 200

    assert read(carrier) == []
    [row] = CarrierCall.objects.all()
    assert (row.problem, row.query) == (problem, said)


@pytest.mark.parametrize(
    ("charset", "codec", "body"),
    [
        ("UTF-8", "utf-8", "Ναι, £5 + 1"),
        ("", "utf-8", "Ναι"),
        ("UTF-16BE", "utf-16-be", "Ναι 😀"),
        ("ISO-8859-1", "latin-1", "Café £5"),
    ],
)
def test_a_text_from_a_phone_is_read_in_its_charset(carrier, charset, codec, body):
    said = urlencode({k: v for k, v in TEXT.items() if k != "text"})
    tell(carrier, "text", f"{said}&charset={charset}&text={quote(body.encode(codec))}")

    [text] = read(carrier)

    assert (text.from_number, text.to_number) == ("+447700900123", "+447700900950")
    assert (text.carrier_ref, text.body) == ("t-1", body)


@pytest.mark.parametrize("words", ["%00", "%FF%FE", "%ED%B0%80", "a" * 5000])
def test_whatever_stands_in_a_call_can_be_kept(carrier, words):
    tell(carrier, "text", f"from={words}&to=2&text={words}&id={words}")

    for event in read(carrier):
        assert len(event.carrier_ref) <= 64
        assert "\x00" not in event.carrier_ref + event.body
        event.body.encode()
