import base64
import datetime as dt
from email.utils import format_datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from messaging.relay import proofs
from messaging.relay.proofs import Peer, lookups
from messaging.tests.relay.proofs.zone import Zone, served

AMIRA = "amira.khan@physics.ox.ac.uk"
OUTSIDE = Peer("192.0.2.7", "mail.example.org")
COVERED = [b"from", b"to", b"subject", b"date"]


@pytest.fixture(scope="session")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


@pytest.fixture
def record(key):
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


@pytest.fixture
def zone(record, settings, monkeypatch):
    """physics.ox.ac.uk signs with the key of the tests, and a server knows it."""
    zone = Zone()
    zone.text("s1._domainkey.physics.ox.ac.uk.", record)
    monkeypatch.setattr(lookups, "SECONDS", 0.5)
    with served(zone) as address:
        settings.RELAY_DNS_SERVERS = [address]
        yield zone


@pytest.fixture
def letter():
    def make(*more: str, **fields: str) -> bytes:
        """A mail to one phone. fields: others than usual, "" for none; more: lines put on top."""
        usual = {
            "From": f"Amira Khan <{AMIRA}>",
            "To": "07700900123@oxsms.co.uk",
            "Subject": "Lecture moved to 2pm",
            "Date": format_datetime(timezone.now()),
            "Message-ID": "<1@physics.ox.ac.uk>",
        }
        lines = [*more, *(f"{n}: {v}" for n, v in {**usual, **fields}.items() if v)]
        return "\r\n".join([*lines, "", "See you there.", ""]).encode()

    return make


@pytest.fixture
def sign(pem):
    def signed(raw: bytes, domain: str = "physics.ox.ac.uk", **how) -> bytes:
        how = {"include_headers": COVERED, **how}
        return dkim.sign(raw, b"s1", domain.encode(), pem, **how) + raw

    return signed


@pytest.fixture
def prove():
    def proven(raw: bytes, **fields) -> str:
        asked = {
            "header_from": AMIRA,
            "envelope_from": AMIRA,
            "peer": OUTSIDE,
            "raw": raw,
            "signed_in": None,
            **fields,
        }
        return proofs.prove(**asked).name

    return proven


def days_ago(days: float) -> str:
    return format_datetime(timezone.now() - dt.timedelta(days=days))
