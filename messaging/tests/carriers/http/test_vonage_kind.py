"""Vonage SMS API as it is filled in: on the page, by the command, and what is said of it there."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_operator
from messaging.carriers.models import Carrier
from messaging.tests.operations.test_carrier_pages import address, text_of
from smsportal.lib.sealing import unseal

pytestmark = pytest.mark.django_db

ADD = reverse("operations:carrier_add")
# What a browser sends when the form is filled in and the rest is left as it came.
TYPED = {
    "name": "campus",
    "api_key": "abcd1234",
    "api_secret": "s3cret",
    "base_url": "https://rest.nexmo.com",
    "ca_file": "",
    "signature_secret": "s1gn",
    "window": "20",
    "texts_per_second": "30",
    "answer_seconds": "30",
    "is_charging": "on",
}


@pytest.fixture
def operator(client):
    client.force_login(make_operator())
    return client


def add(operator, **typed):
    return operator.post(f"{ADD}?kind=vonage", {**TYPED, **typed}, follow=True)


def test_it_is_one_of_the_kinds_to_choose_from(operator):
    words = text_of(operator.get(ADD))

    assert "Vonage SMS API" in words


def test_the_page_keeps_abbreviations_as_they_are(operator):
    page = operator.get(f"{ADD}?kind=vonage")

    assert "The API secret is kept sealed." in text_of(page)


def test_it_is_added_on_the_page_with_its_secrets_sealed(operator):
    page = add(operator)

    carrier = Carrier.objects.get()
    assert (carrier.kind, carrier.texts_per_second, carrier.is_charging) == ("vonage", 30, True)
    assert unseal(carrier.settings["api_secret"]) == "s3cret"
    assert unseal(carrier.settings["signature_secret"]) == "s1gn"
    assert "campus has been added" in text_of(page)
    said = AuditEvent.objects.get(verb="carriers.added").words
    assert said == "Added the carrier campus, which is at rest.nexmo.com."
    for secret in ("s3cret", "s1gn", carrier.settings["api_secret"]):
        assert secret not in page.content.decode()


def test_its_page_says_where_vonage_is_to_call_and_how_that_is_proven(operator):
    add(operator)
    carrier = Carrier.objects.get()

    words = text_of(operator.get(address("carrier", carrier)))

    assert "Each call has sig, which is HMAC-SHA256 or HMAC-SHA512 with the signature" in words
    for door in ("report", "text"):
        assert f"http://localhost:8000/carriers/{carrier.uid}/{door}" in words


def test_its_page_is_saved_as_it_came_and_keeps_its_secrets(operator):
    add(operator)
    carrier = Carrier.objects.get()
    unchanged = {**TYPED, "api_secret": "", "signature_secret": ""}

    page = operator.post(address("carrier", carrier), unchanged, follow=True)

    assert "campus has been saved" in text_of(page)
    assert Carrier.objects.get().settings == carrier.settings


def test_everything_that_is_wrong_is_said_at_once(operator):
    page = add(operator, api_key="", base_url="rest.nexmo.com")

    assert page.status_code == 422
    words = text_of(page)
    assert "“API key” is empty. Give it as the carrier told you." in words
    assert "rest.nexmo.com is no address of the web. It begins with https://." in words
    assert not Carrier.objects.exists()


def test_without_its_api_secret_it_is_not_added(operator):
    page = add(operator, api_secret="")

    assert page.status_code == 422
    assert "“API secret” is empty. Give it as the carrier told you." in text_of(page)
    assert not Carrier.objects.exists()


def test_it_is_a_sandbox_only_on_this_machine(operator):
    page = add(operator, is_sandbox="on")

    assert page.status_code == 422
    assert "rest.nexmo.com is another machine, so this is not a sandbox" in text_of(page)


def test_in_the_demonstration_it_stays_on_this_machine(operator, settings):
    settings.DEMO = True

    page = add(operator)

    assert page.status_code == 422
    assert "In the demonstration every carrier stays on this one." in text_of(page)


def test_the_command_adds_it_with_secrets_from_variables(monkeypatch):
    monkeypatch.setenv("KEY", "s3cret")
    monkeypatch.setenv("SIGN", "s1gn")
    secrets = ["--api-secret-env", "KEY", "--signature-secret-env", "SIGN"]
    out = io.StringIO()

    call_command(
        "carrier", "add", "vonage", "campus", "--api-key", "abcd1234", *secrets, stdout=out
    )

    campus = Carrier.objects.get()
    assert (campus.kind, campus.settings["api_key"]) == ("vonage", "abcd1234")
    assert campus.settings["base_url"] == "https://rest.nexmo.com"
    assert unseal(campus.settings["api_secret"]) == "s3cret"
    assert unseal(campus.settings["signature_secret"]) == "s1gn"
    assert "campus is set up. Start its sender: manage.py sender campus" in out.getvalue()


def test_the_command_says_what_is_missing_and_adds_nothing():
    with pytest.raises(CommandError, match="api_key: “API key” is empty"):
        call_command("carrier", "add", "vonage", "campus")

    assert not Carrier.objects.exists()
