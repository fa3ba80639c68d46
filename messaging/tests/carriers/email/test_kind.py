"""A gateway as it is filled in: on the page, by the command, and what is said of it there."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.tests.mail.test_outbox import use
from accounts.tests.make import make_operator
from messaging.carriers import services
from messaging.carriers.email.kind import EMAIL, preview
from messaging.carriers.email.letters import written
from messaging.carriers.models import Carrier, CarrierTest
from messaging.carriers.services import Wanted
from messaging.operations.queries import troubles
from messaging.operations.queries.carrier_tests import story
from messaging.sending.services.carrier_tests import ask
from messaging.tests.operations.test_carrier_pages import address, make_health, text_of
from messaging.tests.sending.test_sender import run_until, sender_of
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal

AT = {"host": "sms.example.com", "from_address": "sms@example.ac.uk"}
ADD = reverse("operations:carrier_add") + "?kind=email"
TYPED = {
    **AT,
    "name": "campus-gateway",
    "number_form": "digits",
    "subject": "((sender))",
    "body": "((body))",
    "secret": "4711",
    "window": "4",
    "texts_per_second": "",
    "answer_seconds": "30",
    "is_charging": "on",
}
SHARED = (
    "All email and SMS accounts share it, and so do the portal's own mails. A change is a change "
    "for all of them."
)


def clean(**settings):
    return EMAIL.clean({**AT, **settings}, window=4, is_sandbox=False)


@pytest.fixture
def operator(client):
    client.force_login(make_operator())
    return client


@pytest.fixture
def server(settings):
    use(settings, 587)
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "smtp.example.ac.uk", True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "smsportal", "m4il"


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [
        ("+447700900123", "digits", "447700900123"),
        ("+447700900123", "plus", "+447700900123"),
        ("+447700900123", "national", "07700900123"),
        ("+33612345678", "national", "0033612345678"),
    ],
)
def test_a_number_is_written_as_the_gateway_wants_it(number, form, expected):
    assert written(number, form) == expected


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"host": ""}, "host", "Give what stands after the @ of the gateway's addresses, such as"),
        ({"host": "number@sms.example.com"}, "host", "such as sms.example.com."),
        ({"host": "https://sms.example.com"}, "host", "Give the name of the machine alone"),
        ({"host": "sms example"}, "host", "is not the name of a machine."),
        ({"host": "::1"}, "host", "::1 is no domain of a mail address."),
        ({"from_address": ""}, "from_address", "“From” is empty."),
        ({"from_address": "sms"}, "from_address", "sms is no address. It is like"),
        ({"from_address": "a@b.uk, c@d.uk"}, "from_address", "is no address."),
        ({"from_address": "a@b.uk\r\nBcc: c@d.uk"}, "from_address", "letters in it that cannot"),
        ({"from_address": "sms@exämple.ac.uk"}, "from_address", "not every mail server takes."),
        ({"subject": "((body))"}, "subject", "((body)) is nothing that can stand here."),
        ({"subject": "((minutes))"}, "subject", "((minutes)) is nothing that can stand here."),
        ({"body": "((sender))"}, "body", "Nothing says ((body)), so no text could go by it."),
    ],
)
def test_what_is_wrong_is_said_where_it_is(settings, field, words):
    with pytest.raises(Refused) as refused:
        clean(**settings)

    assert refused.value.field == field
    assert words in refused.value.words


def test_the_preview_shows_the_mail_and_not_the_secret():
    settings = clean(subject="((sender)) ((secret))", body="((body))\n$$", number_form="national")

    assert preview(settings) == (
        "From: sms@example.ac.uk\n"
        "To: 07700900123@sms.example.com\n"
        "Subject: Library (kept sealed)\n"
        "\n"
        "The library closes at 5pm today.\n"
        "$$"
    )


@pytest.mark.parametrize(
    ("mail_server", "gateway", "words"),
    [
        ("127.0.0.1", "sms.example.com", "sms.example.com is another machine"),
        ("smtp.example.ac.uk", "localhost", "smtp.example.ac.uk is another machine"),
    ],
)
@pytest.mark.django_db
def test_a_sandbox_and_the_demonstration_stay_on_this_machine(
    settings, mail_server, gateway, words
):
    use(settings, 25)
    settings.EMAIL_HOST = mail_server
    add = {"name": "gateway", "kind": "email", "by": make_operator(), "now": timezone.now()}
    given = {**AT, "host": gateway}

    with pytest.raises(Refused, match=words):
        services.add(wanted=Wanted(4, None, True, is_sandbox=True, settings=given), **add)
    settings.DEMO = True
    with pytest.raises(Refused, match=words):
        services.add(wanted=Wanted(4, None, True, settings=given), **add)


@pytest.mark.django_db
def test_the_page_names_the_server_that_all_share_and_where_it_is_set(operator, server):
    response = operator.get(ADD)

    words = text_of(response)
    assert "Server smtp.example.ac.uk:587 Encrypted STARTTLS User name smsportal" in words
    assert SHARED in response.content.decode().replace("&#x27;", "'")
    assert "Whoever runs the portal sets it in EMAIL_URL" in words
    assert "m4il" not in response.content.decode()


@pytest.mark.django_db
def test_without_a_server_the_page_says_who_sets_it(operator):
    words = text_of(operator.get(ADD))

    said = "No outgoing mail server is set: whoever runs the portal sets EMAIL_URL."
    assert f"{said} Until then texts wait." in words
    assert "Encrypted" not in words


@pytest.mark.django_db
def test_it_is_added_on_the_page_with_its_secret_sealed(operator, server):
    words = text_of(operator.post(ADD, TYPED, follow=True))

    carrier = Carrier.objects.get()
    assert (carrier.kind, carrier.window, carrier.settings["subject"]) == (
        "email", 4, "((sender))",
    )  # fmt: skip
    assert unseal(carrier.settings["secret"]) == "4711"
    assert "campus-gateway has been added" in words
    assert "smtp.example.ac.uk:587" in words
    assert "4711" not in words


@pytest.mark.django_db
def test_more_connections_than_a_shared_server_should_have_are_refused(operator):
    response = operator.post(ADD, {**TYPED, "window": "21"})

    assert response.status_code == 422
    assert "21 is more than we can do. Give a whole number from 1 to 20." in text_of(response)


@pytest.mark.django_db(transaction=True)
def test_it_is_added_and_tested_by_the_command(peer):
    out = io.StringIO()
    given = ["--host", "sms.example.com", "--from-address", "sms@example.ac.uk"]

    call_command("carrier", "add", "email", "campus-gateway", *given, stdout=out)
    call_command("carrier", "test", "campus-gateway", stdout=out)

    assert "campus-gateway: 1 of 1 connected." in out.getvalue()
    assert Carrier.objects.get().settings["body"] == "((body))"
    assert (len(peer.connections), peer.mails) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_the_command_says_that_no_server_is_set(make_carrier):
    make_carrier()

    with pytest.raises(CommandError, match="no outgoing mail server is set: whoever runs"):
        call_command("carrier", "test", "email")


@pytest.mark.django_db(transaction=True)
def test_a_test_is_taken_and_nothing_says_that_a_report_will_come(make_carrier, peer, tmp_path):
    carrier = make_carrier()
    ask(
        carrier=carrier, number="07700 900123", sender="SMSPortal", by=make_operator(),
        now=timezone.now(),
    )  # fmt: skip

    run_until(
        sender_of(carrier, tmp_path), lambda: CarrierTest.objects.filter(state="accepted").exists()
    )

    told = story(CarrierTest.objects.select_related("carrier").get(), now=timezone.now())
    [taken] = peer.mails
    assert taken.body.startswith("Test from SMS Portal, ")
    assert taken.recipients == ["447700900123@sms.example.com"]
    assert (told.words, told.tone, told.looks_again_in) == ("Taken by the network", "good", 0)
    assert told.lines[1] == "It sends no reports. Look whether it is on 07700 900123."


@pytest.mark.django_db
def test_that_it_sends_no_reports_is_on_its_page_and_is_no_trouble(operator, make_carrier):
    now = timezone.now()
    carrier = make_carrier()
    make_health(carrier, minutes=[[int((now - dt.timedelta(minutes=20)).timestamp()) // 60, 99]])

    found = [each.key for each in troubles.find(now) if each.subject == carrier.name]

    assert found == []
    assert "Last report It sends none" in text_of(operator.get(address("carrier", carrier)))
