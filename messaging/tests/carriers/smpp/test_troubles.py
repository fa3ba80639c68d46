"""What is said of a connection that cannot be opened, and that the sender writes it down."""

import socket
import ssl

import pytest

from messaging.carriers.models import CarrierHealth
from messaging.carriers.smpp import troubles
from messaging.carriers.smpp.session import BindRefused, Line
from messaging.sending.models import Message
from messaging.tests.carriers.smpp.test_sending import make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

LINE = Line("smpp.example.com", 3550)


def not_trusted():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (BindRefused(0x0E), "the carrier refuses the account: its password is wrong (0x0E)"),
        (
            BindRefused(0x0F),
            "the carrier refuses the account: it does not know the system ID (0x0F)",
        ),
        (BindRefused(0x05), "the carrier says that this account is connected already (0x05)"),
        (BindRefused(0x400), "the carrier refuses the connection (0x400)"),
        (
            not_trusted(),
            "the certificate of smpp.example.com:3550 is not accepted: self-signed certificate",
        ),
        (
            ssl.SSLError(1, "wrong version number"),
            "smpp.example.com:3550 does not speak TLS as we do: it gives no reason",
        ),
        (
            socket.gaierror(-2, "Name or service not known"),
            "no machine is known by the name smpp.example.com",
        ),
        (ConnectionRefusedError(111, "refused"), "nobody listens at smpp.example.com:3550"),
        (ConnectionResetError(104, "reset"), troubles.BROKEN_OFF),
        (OSError(113, "No route to host"), "smpp.example.com:3550 cannot be reached"),
        (
            OSError("Multiple exceptions: [Errno 111] .., [Errno 111] .."),
            "smpp.example.com:3550 cannot be reached",
        ),
        (OSError("smpp.example.com does not answer"), "smpp.example.com does not answer"),
    ],
)
def test_each_reason_has_words_for_people(why, words):
    assert troubles.words(why, LINE) == words


def rows(**facts):
    return lambda: CarrierHealth.objects.filter(**facts).exists()


@pytest.mark.smpp_peer
@pytest.mark.django_db(transaction=True)
def test_a_refused_account_is_written_down_while_texts_wait(make_carrier, peer, tmp_path):
    peer.do(refuse=[0x0E])
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), rows(problem__contains="(0x0E)"))

    row = CarrierHealth.objects.get()
    assert (row.is_ready, row.connected_count, row.connection_count) == (False, 0, 1)
    assert row.down_since is not None
    assert Message.objects.get().state == "queued"


@pytest.mark.smpp_peer
@pytest.mark.django_db(transaction=True)
def test_one_connection_of_two_that_is_refused_leaves_the_carrier_ready(
    make_carrier, peer, tmp_path
):
    peer.do(refuse=[0x0D])

    run_until(sender_of(make_carrier(binds=2), tmp_path), rows(connected_count=1, is_ready=True))

    row = CarrierHealth.objects.get()
    assert (row.connection_count, row.problem) == (2, "the carrier refuses the account (0x0D)")


@pytest.mark.smpp_peer
@pytest.mark.django_db(transaction=True)
def test_a_line_that_broke_and_is_open_again_leaves_its_problem_behind(
    make_carrier, peer, tmp_path
):
    cut = []

    def is_over():
        if rows(is_ready=True)() and not cut:
            cut.append(peer.do(drop=True))
        return rows(is_ready=True, problem_over_at__isnull=False)()

    run_until(sender_of(make_carrier(), tmp_path), is_over)

    assert CarrierHealth.objects.get().problem == troubles.BROKEN_OFF
