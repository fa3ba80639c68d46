from collections.abc import Iterator
from typing import Any

import pytest

from messaging.carriers.models import Carrier
from messaging.carriers.registry import KINDS
from messaging.tests.carriers.http.peer import Peer
from smsportal.lib.sealing import seal


@pytest.fixture
def peer() -> Iterator[Peer]:
    started = Peer()
    yield started
    started.stop()


def make_http(kind: str, window: int = 10, name: str = "", **settings: Any) -> Carrier:
    """With the rest of its settings as its page begins; secrets are sealed."""
    secrets = {field.name for field in KINDS[kind].secrets}
    given = {n: seal(v) if n in secrets else v for n, v in settings.items()}
    begun = {
        field.name: field.clean(settings.get(field.name, field.usual))
        for field in KINDS[kind].own_fields
    }
    return Carrier.objects.create(
        name=name or kind,
        kind=kind,
        is_sandbox=True,
        window=window,
        settings={**begun, **given},
    )


@pytest.fixture
def make_carrier(peer):
    def make(window: int = 10, **settings: Any) -> Carrier:
        return make_http(
            "http",
            window,
            **{"url": f"{peer.url}/send", "id_at": "id", "answer_seconds": 2, **settings},
        )

    return make
