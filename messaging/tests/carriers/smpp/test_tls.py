"""An encrypted line: only to the carrier that is meant."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from messaging.sending.models import Message
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
    """The files of a key and of a certificate that signs itself, for NAME."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


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
