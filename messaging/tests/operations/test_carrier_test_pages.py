"""Send a test, as the messaging team meets it on the page."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tests.make import make_operator
from messaging.carriers.models import CarrierTest
from messaging.sending.services.carrier_tests import MOST_A_MINUTE
from messaging.tests.make import make_simulator
from messaging.tests.operations.test_carrier_pages import address, make_health, text_of

pytestmark = pytest.mark.django_db

TYPED = {"number": "07700 900123", "sender": "SMSPortal"}


@pytest.fixture
def operator(client):
    client.force_login(make_operator(name="Tomasz Zielinski"))
    return client


def page(client, carrier):
    return client.get(address("carrier_test", carrier))


def test_the_carriers_page_leads_to_it(operator):
    carrier = make_simulator()

    assert (
        address("carrier_test", carrier)
        in operator.get(address("carrier", carrier)).content.decode()
    )
    assert "Earlier" not in text_of(page(operator, carrier))


def test_pressing_the_button_leads_to_its_story_which_asks_again_by_itself(operator):
    carrier = make_simulator()
    make_health(carrier)

    answer = operator.post(address("carrier_test", carrier), TYPED, follow=True)

    assert answer.redirect_chain == [(address("carrier_test", carrier), 302)]
    words = text_of(answer)
    assert "To 07700 900123, today at" in words
    assert "Waiting The sender takes it within a second or two." in words
    assert "Refresh" in words
    assert 'hx-trigger="every 1s"' in answer.content.decode()


def test_when_it_is_over_the_page_is_still_and_the_carriers_page_says_it_too(operator):
    carrier = make_simulator()
    now = timezone.now()
    taken = now - dt.timedelta(seconds=4)
    CarrierTest.objects.create(
        carrier=carrier, number="+447700900123", sender="SMSPortal", body="Test", asked_at=taken,
        taken_at=taken, answered_at=taken + dt.timedelta(seconds=0.4), ref="A<1>",
        reported_at=taken + dt.timedelta(seconds=2.8), state="delivered", report="stat:DELIVRD <b>",
    )  # fmt: skip

    answer = page(operator, carrier)

    words = text_of(answer)
    assert "Delivered after 2.8 seconds The network took it in 0.4 seconds under the id" in words
    assert "A sandbox plays the network: no real phone gets it." in words
    assert "hx-trigger" not in answer.content.decode().partition("<main")[2]
    assert "&lt;b&gt;" in answer.content.decode()
    assert "Test text to 07700 900123, today at" in text_of(
        operator.get(address("carrier", carrier))
    )


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_sent(operator):
    answer = operator.post(
        address("carrier_test", make_simulator()), {"number": "0770", "sender": "Physics"}
    )

    assert answer.status_code == 422
    assert "0770 is too short" in text_of(answer)
    assert 'value="Physics"' in answer.content.decode()
    assert not CarrierTest.objects.exists()


def test_the_eleventh_within_a_minute_is_refused_and_earlier_ones_are_listed(operator):
    carrier = make_simulator()
    for _ in range(MOST_A_MINUTE):
        operator.post(address("carrier_test", carrier), TYPED)

    answer = operator.post(address("carrier_test", carrier), TYPED)

    assert answer.status_code == 422
    words = text_of(answer)
    assert "simulator has had 10 tests within a minute. Wait a minute." in words
    assert "Earlier" in words
    assert CarrierTest.objects.count() == MOST_A_MINUTE


def test_a_carrier_that_is_switched_off_offers_none(operator):
    carrier = make_simulator(is_enabled=False)

    assert (
        address("carrier_test", carrier)
        not in operator.get(address("carrier", carrier)).content.decode()
    )
