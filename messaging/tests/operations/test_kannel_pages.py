"""A Kannel gateway, as the messaging team adds it and tells its keeper where to call."""

from html import unescape

import pytest
from django.urls import reverse

from accounts.tests.make import make_operator
from messaging.carriers.models import Carrier
from messaging.tests.operations.test_carrier_pages import ADD, LIST, address, text_of
from smsportal.lib.sealing import unseal

pytestmark = pytest.mark.django_db

PAGE = f"{ADD}?kind=kannel"
SECRET = "made-up-for-kannel-1"
TYPED = {
    "name": "gateway",
    "url": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "username": "portal",
    "password": "s3cret",
    "smsc": "",
    "call_secret": SECRET,
    "window": "20",
    "answer_seconds": "30",
    "is_charging": "on",
}


@pytest.fixture
def operator(client):
    client.force_login(make_operator(name="Tomasz Zielinski"))
    return client


def test_it_is_offered_and_added_with_its_secrets_sealed_and_shown_to_nobody(operator):
    offered = text_of(operator.get(PAGE))
    assert "A Kannel gateway, or a provider that takes texts as its sendsms does." in offered

    operator.post(PAGE, TYPED)

    carrier = Carrier.objects.get()
    assert (carrier.kind, carrier.name, carrier.is_sandbox) == ("kannel", "gateway", False)
    assert unseal(carrier.settings["password"]) == "s3cret"
    assert unseal(carrier.settings["call_secret"]) == SECRET
    assert "gateway" in text_of(operator.get(LIST))
    page = operator.get(address("carrier", carrier))
    for secret in ("s3cret", SECRET, carrier.settings["password"]):
        assert secret not in page.content.decode()


def test_its_page_says_what_stands_in_kannels_own_configuration(operator):
    operator.post(PAGE, TYPED)
    carrier = Carrier.objects.get()

    words = unescape(text_of(operator.get(address("carrier", carrier))))

    assert "Each call has the name kannel and the secret before its host" in words
    assert "?from=%p&to=%P&text=%b&id=%I&charset=%C." in words
    for about in ("report", "text"):
        door = reverse(f"operations:carrier_{about}", args=[carrier.uid])
        assert f"http://localhost:8000{door}" in words


def test_without_a_secret_of_its_calls_no_address_is_given_out(operator):
    operator.post(PAGE, {**TYPED, "call_secret": ""})

    page = operator.get(address("carrier", Carrier.objects.get()))

    assert "Where it calls us" not in text_of(page)


def test_a_secret_that_cannot_stand_in_an_address_is_refused_and_nothing_is_added(operator):
    page = operator.post(PAGE, {**TYPED, "call_secret": "s3cret"})

    assert page.status_code == 422
    assert "Give at least 16 letters, digits, hyphens and underscores" in text_of(page)
    assert not Carrier.objects.exists()


def test_it_is_not_added_without_its_password(operator):
    page = operator.post(PAGE, {**TYPED, "password": ""})

    assert page.status_code == 422
    assert "“Password” is empty." in text_of(page)


def test_saving_its_page_as_it_came_changes_nothing(operator):
    operator.post(PAGE, TYPED)
    carrier = Carrier.objects.get()

    unsaid = {**TYPED, "password": "", "call_secret": ""}
    page = operator.post(address("carrier", carrier), unsaid, follow=True)

    assert "gateway has been saved" in text_of(page)
    assert Carrier.objects.get().settings == carrier.settings
