from collections.abc import Iterator
from typing import Any

import pytest

from messaging.carriers.models import Carrier
from messaging.tests.carriers.smpp.peer import Peer
from smsportal.lib.sealing import seal


@pytest.fixture
def peer() -> Iterator[Peer]:
    started = Peer()
    yield started
    started.stop()


@pytest.fixture
def make_carrier(peer):
    def make(window: int = 10, **settings: Any) -> Carrier:
        return Carrier.objects.create(
            name="smpp",
            kind="smpp",
            is_sandbox=True,
            window=window,
            settings={
                "host": "127.0.0.1",
                "port": peer.port,
                "system_id": "portal",
                "password": seal("secret"),
                "answer_seconds": 2,
                **settings,
            },
        )

    return make
