"""Which adapter speaks for a carrier, by the `kind` of its row."""

from collections.abc import Callable
from concurrent.futures import Executor

from cryptography.fernet import InvalidToken

from messaging.carriers.base import Adapter
from messaging.carriers.models import Carrier
from messaging.carriers.simulator.adapter import SimulatorAdapter
from messaging.carriers.smpp.adapter import SmppAdapter

ADAPTERS: dict[str, Callable[[Carrier, Executor], Adapter]] = {
    "simulator": SimulatorAdapter,
    "smpp": SmppAdapter,
}


class Unusable(Exception):
    """A carrier's settings, as its sender finds them. Its words have no full stop."""


def adapter_for(carrier: Carrier, database: Executor) -> Adapter:
    """database: where an adapter that keeps rows of its own does so, off the event loop.

    Raises Unusable for settings that its kind cannot do with.
    """
    try:
        return ADAPTERS[carrier.kind](carrier, database)
    except InvalidToken:
        words = "its password was sealed with another SECRET_KEY: type it again on its page"
        raise Unusable(words) from None
    except OSError as why:  # the files of TLS, read where the sender runs
        at = f" {why.filename}" if why.filename else ""
        raise Unusable(f"the certificate file{at} cannot be used: {why.strerror or why}") from why
    except KeyError as why:
        raise Unusable(f"its setting {why.args[0]} is missing") from why
    except ValueError as why:
        raise Unusable(f"one of its settings is wrong: {why}") from why
