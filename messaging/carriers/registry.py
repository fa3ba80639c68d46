"""Which adapter speaks for a carrier, by the `kind` of its row."""

from collections.abc import Callable
from concurrent.futures import Executor

from messaging.carriers.base import Adapter
from messaging.carriers.models import Carrier
from messaging.carriers.simulator.adapter import SimulatorAdapter
from messaging.carriers.smpp.adapter import SmppAdapter

ADAPTERS: dict[str, Callable[[Carrier, Executor], Adapter]] = {
    "simulator": SimulatorAdapter,
    "smpp": SmppAdapter,
}


def adapter_for(carrier: Carrier, database: Executor) -> Adapter:
    """database: where an adapter that keeps rows of its own does so, off the event loop.

    Raises KeyError and ValueError for settings that its kind cannot do with.
    """
    return ADAPTERS[carrier.kind](carrier, database)
