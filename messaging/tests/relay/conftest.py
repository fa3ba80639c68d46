import pytest

from accounts.people.services import make_app_password
from accounts.tests.make import make_department, make_user
from messaging.tests.carriers.certificates import make_certificate
from messaging.tests.make import NOW, make_simulator
from messaging.tests.relay.talking import running


@pytest.fixture
def relay_settings(settings, tmp_path):
    """A relay that everybody on this machine is trusted by, and that may be asked as fast as it
    can: the tests of limits set their own.
    """
    settings.RELAY_PROOFS = ["password", "network"]
    settings.RELAY_TRUSTED_NETS = ["127.0.0.1/32"]
    settings.RELAY_DOMAINS = ["oxsms.co.uk"]
    settings.RELAY_TEXTS_A_SECOND = settings.RELAY_TEXTS_A_MINUTE = 100_000
    settings.RELAY_TEXTS_A_DAY = 100_000
    return settings


@pytest.fixture
def secure(relay_settings, tmp_path):
    """With a certificate, so that people can sign in."""
    key, chain = make_certificate(tmp_path, "oxsms.co.uk")
    relay_settings.RELAY_KEY, relay_settings.RELAY_CERTIFICATE = str(key), str(chain)
    return relay_settings


@pytest.fixture
def relay(transactional_db, secure):
    with running() as relay:
        yield relay


@pytest.fixture
def ann(transactional_db):
    """May send by email, from ann@ox.ac.uk."""
    make_simulator()
    department = make_department(name="Physics", alpha_tag="PHYSICS")
    return make_user(department, name="Ann", email="ann@ox.ac.uk", allow_relay=True)


@pytest.fixture
def password(ann):
    """An app password of hers."""
    return make_app_password(name="Mail program", by=ann, now=NOW)[1]
