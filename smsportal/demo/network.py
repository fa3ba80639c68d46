"""How the demo's texts reach the practice network: within the sender, or over SMPP."""

import secrets
import socket

from messaging.carriers.models import Carrier
from messaging.carriers.simulator import queries
from messaging.carriers.simulator.exchange import HOST
from messaging.carriers.smpp.kind import SMPP
from smsportal.lib.sealing import seal

SYSTEM_ID = "demo"
ANSWER_SECONDS = 10  # a visitor who makes answers get lost need not wait long to see it


def reach_by_smpp(port: int) -> None:
    """One row for both ways: what the network has yet to say of a text finds it by either."""
    carrier = _network()
    asked = {
        **carrier.settings,
        "host": HOST,
        "port": port,
        "system_id": SYSTEM_ID,
        "binds": 2,
        "answer_seconds": ANSWER_SECONDS,
    }
    carrier.kind = SMPP.key
    carrier.settings |= SMPP.clean(asked, window=carrier.window, is_sandbox=True)
    carrier.settings["password"] = seal(secrets.token_urlsafe(6))
    carrier.save(update_fields=["kind", "settings"])


def reach_within() -> None:
    carrier = _network()
    carrier.kind = "simulator"
    carrier.settings.pop("answer_seconds", None)  # both ways have one, each its own usual
    carrier.save(update_fields=["kind", "settings"])


def _network() -> Carrier:
    return queries.networks().get(name="simulator")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
