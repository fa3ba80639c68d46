"""An encrypted line to the mail server: only to the one that is meant."""

import ssl

import pytest

from accounts.tests.mail.test_outbox import use
from messaging.sending.models import Message
from messaging.tests.carriers.certificates import make_certificate
from messaging.tests.carriers.email.peer import Peer
from messaging.tests.carriers.email.test_sending import is_said
from messaging.tests.carriers.smpp.test_sending import all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path, "localhost")


@pytest.fixture
def peer(settings, certificate):
    """It asks for STARTTLS and for a log-in, as a university's mail server does."""
    key, signed = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed, key)
    started = Peer(tls=context, account=("smsportal", "s3cret"))
    use(settings, started.port)
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "localhost", True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "smsportal", "s3cret"
    yield started
    started.stop()


def test_a_text_goes_encrypted_and_logged_in(
    make_carrier, peer, certificate, tmp_path, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    make_texts(body="Room 7\n.\nΩ")

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted"))

    [taken] = peer.mails
    assert taken.body == "Room 7\n.\nΩ\n"


def test_a_server_that_nobody_vouches_for_gets_nothing(make_carrier, peer, tmp_path):
    make_texts()

    run_until(
        sender_of(make_carrier(), tmp_path),
        is_said(f"the certificate of localhost:{peer.port} is not accepted"),
    )

    assert (peer.mails, Message.objects.get().state) == ([], "queued")


def test_a_server_without_encryption_gets_nothing(make_carrier, settings, tmp_path):
    plain = Peer()
    use(settings, plain.port)
    settings.EMAIL_USE_TLS = True
    make_texts()

    try:
        run_until(sender_of(make_carrier(), tmp_path), is_said("offers no encryption (STARTTLS)"))
    finally:
        plain.stop()

    assert (plain.mails, Message.objects.get().state) == ([], "queued")
