from collections.abc import Iterator
from typing import Any

import pytest

from accounts.tests.mail.test_outbox import use
from messaging.carriers.models import Carrier
from messaging.tests.carriers.email.peer import Peer
from messaging.tests.carriers.http.conftest import make_http


@pytest.fixture
def peer(settings) -> Iterator[Peer]:
    started = Peer()
    use(settings, started.port)
    yield started
    started.stop()


@pytest.fixture
def make_carrier():
    def make(window: int = 4, answer_seconds: float = 2, **settings: Any) -> Carrier:
        given = {
            "host": "sms.example.com",
            "from_address": "sms@example.ac.uk",
            **settings,
        }
        carrier = make_http("email", window, **given)
        carrier.settings["answer_seconds"] = answer_seconds  # less than a person may ask for
        carrier.save()
        return carrier

    return make
