"""An encrypted line: only to the carrier that is meant."""

import pytest

from messaging.sending.models import Message
from messaging.tests.carriers.certificates import make_certificate
from messaging.tests.carriers.smpp.peer import Peer
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = [
    pytest.mark.smpp_peer,
    pytest.mark.django_db(transaction=True),
]

NAME = "smpp.carrier.example"


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path, NAME)


@pytest.fixture
def peer(certificate):
    started = Peer(*certificate)
    yield started
    started.stop()


def test_a_text_goes_over_tls(make_carrier, peer, certificate, tmp_path):
    peer.do(receipts={})
    make_texts()
    carrier = make_carrier(tls=True, tls_name=NAME, ca_file=str(certificate[1]))

    run_until(sender_of(carrier, tmp_path), all_are("delivered"))

    assert len(peer.submits()) == 1


@pytest.mark.parametrize("wrong", [{"tls_name": "smpp.other.example"}, {"ca_file": ""}])
def test_a_carrier_with_another_name_or_signature_gets_nothing(
    make_carrier, peer, certificate, tmp_path, wrong, caplog
):
    make_texts()
    settings = {"tls": True, "tls_name": NAME, "ca_file": str(certificate[1]), **wrong}

    run_until(sender_of(make_carrier(**settings), tmp_path), lambda: "no bind to" in caplog.text)

    assert peer.heard("bind") == []
    assert Message.objects.get().state == "queued"
