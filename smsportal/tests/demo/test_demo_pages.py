"""Practice phones, faults and mail: only in the demo, only for those who are signed in."""

import pytest
from django.urls import reverse

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_user
from messaging.carriers.models import Carrier, SimulatedText
from messaging.tests.make import NOW, make_simulator
from smsportal.demo import phones, seed

pytestmark = pytest.mark.django_db
PAGES = ["demo:handsets", "demo:faults", "demo:mail"]


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.fixture
def signed_in(client):
    client.force_login(make_user())
    return client


def put_on_phone(number="+447700900001", peer="PHYSICS", body="Lecture moved", kind="to_phone"):
    carrier = Carrier.objects.first() or make_simulator()
    return SimulatedText.objects.create(
        carrier=carrier, kind=kind, ref=body, number=number, peer=peer, body=body, at=NOW,
        got_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_there_is_no_such_page(signed_in, page):
    assert signed_in.get(reverse(page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_in_the_demo_one_signs_in_first(client, demo, page):
    make_simulator()

    assert client.get(reverse(page)).status_code == 302


def test_a_text_is_on_the_phone_it_was_sent_to(signed_in, demo):
    put_on_phone()

    page = signed_in.get(reverse("demo:handsets"), {"q": "07700 900001"}).content.decode()

    assert "Lecture moved" in page
    assert "This sender cannot receive replies: PHYSICS is a name, not a number." in page


def test_a_phone_answers_a_number_and_the_answer_is_on_its_way(signed_in, demo):
    put_on_phone(peer="+447700900950")

    answer = signed_in.post(
        reverse("demo:reply"),
        {"number": "+447700900001", "to": "+447700900950", "body": "YES"},
    )

    assert answer.status_code == 302
    assert SimulatedText.objects.get(kind="from_phone").body == "YES"


@pytest.mark.parametrize(("typed", "to"), [("81025", "81025"), ("07700 900950", "+447700900950")])
def test_a_phone_that_never_had_a_text_writes_to_the_short_code_or_a_number(
    signed_in, demo, typed, to
):
    make_simulator()

    page = signed_in.get(reverse("demo:handsets"), {"q": "07700 900123"}).content.decode()
    signed_in.post(
        reverse("demo:reply"), {"number": "+447700900123", "to": typed, "body": "OXFORD HELP hi"}
    )

    assert 'value="81025"' in page
    text = SimulatedText.objects.get()
    assert (text.number, text.peer, text.body) == ("+447700900123", to, "OXFORD HELP hi")


def test_a_new_text_to_what_is_no_number_keeps_what_was_typed(signed_in, demo):
    make_simulator()
    form = {"number": "+447700900123", "to": "01865 270000", "body": "hello you", "new": "1"}

    answer = signed_in.post(reverse("demo:reply"), form)

    page = answer.content.decode()
    assert (answer.status_code, "is a landline" in page, "hello you" in page) == (422, True, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "PHYSICS", "body": "YES"}, "This sender cannot receive replies"),
        ({"to": "+447700900950", "number": "+447400000001", "body": "YES"}, "Only practice"),
    ],
)
def test_what_a_phone_cannot_do_is_said_in_words(signed_in, demo, fields, words):
    put_on_phone()

    answer = signed_in.post(reverse("demo:reply"), {"number": "+447700900001", **fields})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert SimulatedText.objects.filter(kind="from_phone").count() == 0


def test_faults_are_kept_as_the_carrier_reads_them(signed_in, demo):
    carrier = make_simulator(settings={"seed": 1})

    signed_in.post(reverse("demo:faults"), {"latency_ms": "250", "lose_answers_percent": "5"})

    carrier.refresh_from_db()
    assert carrier.settings == {
        "seed": 1,
        "latency_ms": 250,
        "throttle_per_second": 0,
        "lose_answers_percent": 5,
        "drop_receipts_percent": 0,
        "repeat_receipts_percent": 0,
    }


def test_mail_that_would_have_left_is_shown(signed_in, demo):
    OutgoingMail.objects.create(to="amira@example.ac.uk", subject="Welcome", body="Choose")

    assert "Welcome" in signed_in.get(reverse("demo:mail")).content.decode()


def test_every_digit_of_the_script_is_explained():
    assert [digit for digit, _, _ in phones.DIGITS] == list("0123456789")


def test_the_university_is_made_once_and_its_numbers_add_up():
    assert (seed.seed(now=NOW), seed.seed(now=NOW)) == (True, False)
