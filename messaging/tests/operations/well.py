"""A portal in which everything works, at half past three in the morning."""

import datetime as dt
from typing import Any

from messaging.carriers.models import Carrier, CarrierHealth
from messaging.operations.models import Heartbeat
from messaging.tests.make import make_simulator

NOW = dt.datetime(2026, 5, 12, 2, 30, tzinfo=dt.UTC)  # 3:30am in London
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


def make_well(now: dt.datetime = NOW, **health: Any) -> Carrier:
    """With one carrier, `tallis`. A broker has to run, too."""
    Heartbeat.objects.bulk_create(Heartbeat(name=name, at=now) for name in ("worker", "beat"))
    carrier = make_simulator(name="tallis")
    fields = {"is_ready": True, "connected_count": 2, "connection_count": 2, **health}
    CarrierHealth.objects.create(carrier=carrier, **{"at": now, **fields})
    return carrier
