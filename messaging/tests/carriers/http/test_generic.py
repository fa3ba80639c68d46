"""What a provider wants and answers, as it is filled in."""

import datetime as dt

import pytest

from accounts.tests.make import make_operator
from messaging.carriers import services
from messaging.carriers.http.generic import HTTP, preview
from messaging.carriers.models import Carrier
from messaging.carriers.services import Wanted
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
AT = {"url": "https://sms.example.com/send", "body": '{"to": "((number))", "text": "((body))"}'}


def clean(**settings):
    return HTTP.clean({**AT, **settings}, window=10, is_sandbox=False)


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"body": "{"}, "body", "This is no JSON: it goes wrong in line 1."),
        ({"body": '{"to": ((number))}'}, "body", "This is no JSON: it goes wrong in line 1."),
        (
            {"body": '{"to": "((phone))"}'},
            "body",
            "((phone)) is nothing that can stand here. There are ((number)), ((digits)), "
            "((sender)), ((body)), ((reference)), ((minutes)), ((secret)).",
        ),
        (
            {"body": '{"to": "((number))"}'},
            "body",
            "Nothing says ((body)), so no text could go by it.",
        ),
        (
            {"body": '{"text": "((body))"}'},
            "body",
            "Nothing says ((number)), so no text could go by it.",
        ),
        ({"format": "form", "body": "to"}, "body", "to is no name=value."),
        (
            {"url": "https://sms.example.com/((number))"},
            "url",
            "Gaps can only stand after the question mark of an address.",
        ),
        ({"headers": "Authorization"}, "headers", "Authorization is no Name: value."),
        ({"headers": "Host: other"}, "headers", "Host is set by us."),
        (
            {"headers": "X-Text: ((body))"},
            "headers",
            "((body)) is nothing that can stand here. There are ((reference)), ((secret)).",
        ),
        ({"codes": "0"}, "codes", "0 is no code = meaning."),
        (
            {"codes": "0 = fine"},
            "codes",
            "fine is no meaning. There are accepted, duplicate, number, sender, message, refused, "
            "busy, throttled, account, unknown.",
        ),
        ({"answer_seconds": "900"}, "answer_seconds", "900 is more than we can do."),
    ],
)
def test_what_is_wrong_is_said_where_it_is(settings, field, words):
    with pytest.raises(Refused) as refused:
        clean(**settings)

    assert refused.value.field == field
    assert refused.value.words.startswith(words)


def test_a_get_needs_no_body_but_its_gaps_in_the_address():
    fine = clean(method="GET", url="https://sms.example.com/?to=((digits))&t=((body))", body="")

    assert fine["method"] == "GET"
    with pytest.raises(Refused, match="Nothing says"):
        clean(method="GET")


def test_the_preview_shows_the_request_and_not_the_secret():
    settings = clean(
        url="https://sms.example.com/send?key=((secret))",
        headers="X-Key: ((secret))",
        username="oxford",
    )

    assert preview(settings) == (
        "POST https://sms.example.com/send?key=%28kept+sealed%29\n"
        "Content-Type: application/json\n"
        "X-Key: (kept sealed)\n"
        "Authorization: Basic oxford:(kept sealed)\n"
        "\n"
        '{\n  "to": "+447700900123",\n  "text": "The library closes at 5pm today."\n}'
    )


@pytest.mark.django_db
def test_it_is_added_like_any_other_with_its_secret_sealed():
    wanted = Wanted(20, None, True, settings={**AT, "secret": "k3y"})

    services.add(name="campus", kind="http", wanted=wanted, by=make_operator(), now=NOW)

    carrier = Carrier.objects.get()
    assert unseal(carrier.settings["secret"]) == "k3y"
    assert "k3y" not in str(carrier.settings)


@pytest.mark.django_db
def test_it_is_a_sandbox_only_on_this_machine():
    wanted = Wanted(20, None, True, is_sandbox=True, settings=AT)

    with pytest.raises(Refused, match="sms.example.com is another machine"):
        services.add(name="campus", kind="http", wanted=wanted, by=make_operator(), now=NOW)


@pytest.mark.django_db
def test_in_the_demonstration_it_stays_on_this_machine(settings):
    settings.DEMO = True

    with pytest.raises(Refused) as refused:
        services.add(
            name="campus",
            kind="http",
            wanted=Wanted(20, None, True, settings=AT),
            by=make_operator(),
            now=NOW,
        )

    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, False),
        ({"body": AT["body"][:-1] + ', "ref": "((reference))"}'}, True),
        ({"url": AT["url"] + "?ref=((reference))"}, True),
        ({"headers": "Idempotency-Key: ((reference))"}, True),
        ({"method": "GET", "url": AT["url"] + "?to=((number))&t=((body))"}, False),
    ],
)
def test_whether_our_reference_goes_with_a_text_is_seen(settings, names):
    assert HTTP.names_texts(clean(**settings)) is names
