"""`manage.py carrier`: what the page does, without a browser."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.audit.models import AuditEvent
from messaging.carriers.models import Carrier, CarrierHealth, CarrierTest
from messaging.carriers.registry import KINDS
from messaging.tests.make import make_simulator
from messaging.tests.sending.test_sender import QUICK, run_until, sender_of
from smsportal.lib.db import exclusive
from smsportal.lib.sealing import unseal

pytestmark = pytest.mark.django_db

SMPP = "--host smpp.example.com --port 3550 --system-id oxsms01".split()


def carrier(*arguments):
    out = io.StringIO()
    call_command("carrier", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments):
    with pytest.raises(CommandError) as caught:
        carrier(*arguments)
    return str(caught.value)


def test_it_adds_a_simulator_that_reaches_no_phone_and_charges_nobody():
    said = carrier("add", "simulator")

    added = Carrier.objects.usable().get(name="simulator")
    assert added.kind in KINDS
    assert (added.is_sandbox, added.is_charging, added.window) == (True, False, 50)
    assert "reaches no phone" in said
    event = AuditEvent.objects.get(verb="carriers.added")
    assert (event.actor_name, event.words) == (
        "SMS Portal",
        "Added the simulator, which plays the networks and reaches no phone.",
    )


def test_a_second_time_changes_nothing():
    carrier("add", "simulator")
    Carrier.objects.update(is_enabled=False)

    assert "already" in carrier("add", "simulator")
    assert Carrier.objects.filter(is_enabled=False).count() == 1
    assert AuditEvent.objects.filter(verb="carriers.added").count() == 1


def test_it_adds_a_carrier_with_a_password_from_the_environment(monkeypatch):
    monkeypatch.setenv("TALLIS", "s3cret")

    carrier("add", "smpp", "tallis", *SMPP, "--tls", "--binds", "2", "--password-env", "TALLIS")

    tallis = Carrier.objects.get(name="tallis")
    settings = tallis.settings
    assert unseal(settings["password"]) == "s3cret"
    assert (settings["host"], settings["port"], settings["binds"]) == ("smpp.example.com", 3550, 2)
    assert (settings["tls"], settings["joining"], settings["bind"]) == (
        True,
        "header",
        "transceiver",
    )
    assert (tallis.is_sandbox, tallis.is_charging) == (False, True)
    assert "s3cret" not in AuditEvent.objects.get().words


def test_it_reads_a_password_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\n"))

    carrier("add", "smpp", "tallis", *SMPP, "--free", "--password-stdin")

    tallis = Carrier.objects.get()
    assert (unseal(tallis.settings["password"]), tallis.is_charging) == ("from a pipe", False)


def test_it_adds_a_carrier_over_http(monkeypatch):
    monkeypatch.setenv("KEY", "k3y")
    body = '{"to": "((number))", "text": "((body))", "key": "((secret))"}'
    at = ["--url", "https://sms.example.com/send", "--body", body, "--secret-env", "KEY"]

    carrier("add", "http", "campus", *at)

    campus = Carrier.objects.get()
    assert unseal(campus.settings["secret"]) == "k3y"
    assert (campus.settings["method"], campus.settings["body"]) == ("POST", body)
    assert AuditEvent.objects.get().words == (
        "Added the carrier campus, which is at sms.example.com."
    )


def test_it_adds_a_kannel_with_both_its_secrets_sealed(monkeypatch):
    monkeypatch.setenv("PASSWORD", "s3cret")
    monkeypatch.setenv("CALLS", "made-up-for-kannel-1")
    at = ["--url", "http://127.0.0.1:13013", "--username", "portal", "--smsc", "tallis"]
    secrets = ["--password-env", "PASSWORD", "--call-secret-env", "CALLS"]

    carrier("add", "kannel", "gateway", *at, *secrets)

    gateway = Carrier.objects.get()
    settings = gateway.settings
    assert (settings["username"], settings["smsc"]) == ("portal", "tallis")
    assert unseal(settings["password"]) == "s3cret"
    assert unseal(settings["call_secret"]) == "made-up-for-kannel-1"
    assert AuditEvent.objects.get().words == "Added the carrier gateway, which is at 127.0.0.1."


def test_it_says_everything_that_is_wrong_and_adds_nothing():
    said = refusal("add", "smpp", "Tallis Mobile!", "--host", "smpp://x", "--port", "99999")

    assert said.splitlines() == [
        "name: tallis mobile! cannot be the name of a service. Use small letters and digits, with "
        "single hyphens between, such as tallis-mobile.",
        "host: smpp://x is an address. Give the name of the machine alone, such as "
        "smpp.example.com.",
        "port: 99,999 is more than we can do. Give a whole number from 1 to 65,535.",
        "system_id: Give the system ID, as the carrier told you.",
    ]
    assert not Carrier.objects.exists()


def test_a_missing_variable_is_named():
    said = refusal("add", "smpp", "tallis", *SMPP, "--password-env", "NOT_SET_ANYWHERE")

    assert said == "There is no variable NOT_SET_ANYWHERE."


def test_it_pauses_resumes_switches_off_and_on_and_removes():
    make_simulator()

    said = [carrier(deed, "simulator") for deed in ("pause", "resume", "off", "on", "remove")]

    assert said == [
        "simulator is paused. Its texts wait.\n",
        "Texts go by simulator again.\n",
        "simulator is switched off.\n",
        "simulator is switched on.\n",
        "simulator is removed. Stop its sender, too.\n",
    ]
    assert not Carrier.objects.exists()


def test_it_lists_carriers_with_what_is_wrong():
    make_simulator()

    assert carrier("list") == (
        "simulator (simulator): Not started. Its sender has never run. "
        "Start it on its machine: systemctl enable --now smsportal-sender@simulator\n"
    )


def test_an_unknown_name_is_said():
    assert refusal("pause", "nobody") == "There is no carrier called nobody."


@pytest.mark.django_db(transaction=True)
def test_the_test_connects_once(monkeypatch):
    make_simulator()

    assert carrier("test", "simulator") == "simulator: 1 of 1 connected.\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("is_ready", "said"),
    [
        (True, "simulator: its sender runs. Working."),
        (False, "simulator: its sender runs. Connecting."),
    ],
)
def test_beside_a_sender_the_test_says_what_the_sender_knows(is_ready, said):
    row = make_simulator()
    connected = int(is_ready)
    CarrierHealth.objects.create(
        carrier=row,
        at=timezone.now(),
        is_ready=is_ready,
        connected_count=connected,
        connection_count=1,
    )
    with exclusive("sender-simulator") as is_held:
        assert is_held
        answer = carrier("test", "simulator").strip() if is_ready else refusal("test", "simulator")

    assert answer == said


@pytest.mark.django_db(transaction=True)
def test_the_test_says_why_it_cannot_connect():
    carrier("add", "smpp", "here", "--host", "127.0.0.1", "--port", "1", "--system-id", "a")

    assert refusal("test", "here") == ("here: 0 of 1 connected. nobody listens at 127.0.0.1:1.")


@pytest.mark.django_db(transaction=True)
def test_the_test_says_which_setting_does_not_do():
    settings = {"host": "127.0.0.1", "port": 1, "system_id": "a", "tls": True}
    settings["ca_file"] = "/nowhere/ca.pem"
    Carrier.objects.create(name="here", kind="smpp", settings=settings)

    assert refusal("test", "here") == (
        "here cannot be connected: the certificate file /nowhere/ca.pem cannot be used: No such "
        "file or directory."
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("07700 900123", "Delivered after "),
        ("07700 900901", "Not delivered: number does not work.\n"),
        ("07700 900908", "Not sent: Not now (busy).\n"),
    ],
)
def test_a_test_text_is_told_from_its_sending_to_its_end(tmp_path, number, words):
    row = make_simulator(settings=QUICK)
    say = carrier if words.startswith("Delivered") else refusal
    with ThreadPoolExecutor() as beside:
        said = beside.submit(in_a_thread, say, "test", "simulator", "--to", number)
        run_until(sender_of(row, tmp_path), said.done, seconds=40)

    assert words in said.result()
    event = AuditEvent.objects.get(verb="carriers.tested")
    assert event.words == f"Tested simulator with a text to {number}, from SMSPortal."


def in_a_thread(work, *arguments):
    try:
        return work(*arguments)
    finally:
        connection.close()


def test_a_test_text_that_no_sender_takes_in_time_is_given_up_for_good():
    make_simulator()

    said = refusal("test", "simulator", "--to", "07700 900123", "--wait", "0")

    assert said.startswith("Not sent: the sender of simulator is not running.\nNothing of it has")
    assert CarrierTest.objects.get().state == "not_sent"


def test_a_test_text_says_what_is_wrong_with_its_number():
    make_simulator()

    assert refusal("test", "simulator", "--to", "0770").startswith("0770 is too short.")
    assert not CarrierTest.objects.exists()
