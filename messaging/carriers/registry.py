"""Which adapter speaks for a carrier, by the `kind` of its row."""

from concurrent.futures import Executor

from messaging.carriers.base import Adapter
from messaging.carriers.models import Carrier
from messaging.carriers.simulator.adapter import SimulatorAdapter

ADAPTERS = {"simulator": SimulatorAdapter}


def adapter_for(carrier: Carrier, database: Executor) -> Adapter:
    """database: where an adapter that keeps rows of its own does so, off the event loop."""
    return ADAPTERS[carrier.kind](carrier, database)
