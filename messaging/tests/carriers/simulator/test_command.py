"""`manage.py simulator`: what it plays, and for whom."""

import socket

import pytest
from django.core.management import CommandError, call_command

from messaging.carriers.models import Carrier
from messaging.carriers.simulator.line import Account
from messaging.management.commands.simulator import _account
from messaging.tests.make import make_simulator
from smsportal.lib.sealing import seal

pytestmark = pytest.mark.django_db


def refusal(*arguments):
    with pytest.raises(CommandError) as refused:
        call_command("simulator", "--smpp-port", *arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0", "--carrier", "nobody"], "There is no carrier called nobody"),
        (["0", "--carrier", "real"], "real is a real carrier, and the simulator plays only"),
        (["0"], "simulator has no password. Put one into a variable"),
        (["0", "--password-env", "NOT_THERE"], "There is no variable NOT_THERE."),
        (["70000", "--password-env", "HOME"], "70000 is no port."),
        (["0", "--password-env", "HOME", "--system-id", "x" * 16], "is too long for SMPP"),
    ],
)
def test_what_is_wrong_is_said_in_words(arguments, words):
    make_simulator()
    Carrier.objects.create(name="real", kind="smpp", settings={"host": "smpp.example.com"})

    assert words in refusal(*arguments)


def test_a_port_that_is_taken_is_named(monkeypatch):
    make_simulator()
    monkeypatch.setenv("WORD", "secret")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        assert f"Port {port} cannot be listened on" in refusal(str(port), "--password-env", "WORD")


def test_without_an_account_of_its_own_it_has_its_carriers(monkeypatch):
    carrier = make_simulator(settings={"system_id": "demo", "password": seal("quiet")})
    monkeypatch.setenv("WORD", "loud")

    assert _account(carrier, None, None) == Account("demo", "quiet")
    assert _account(carrier, "kannel", "WORD") == Account("kannel", "loud")
