"""The kinds of carriers there are, by the `kind` of a row."""

from concurrent.futures import Executor
from typing import Final

from cryptography.fernet import InvalidToken

from messaging.carriers.base import Adapter
from messaging.carriers.calls.heard import Listener
from messaging.carriers.email.kind import EMAIL
from messaging.carriers.http.generic import HTTP
from messaging.carriers.http.kannel import KANNEL
from messaging.carriers.http.twilio import TWILIO
from messaging.carriers.http.vonage import VONAGE
from messaging.carriers.kinds import Kind
from messaging.carriers.models import Carrier
from messaging.carriers.simulator.kind import SIMULATOR
from messaging.carriers.smpp.kind import SMPP

# As the page offers them.
KINDS: Final[dict[str, Kind]] = {
    kind.key: kind for kind in (SMPP, TWILIO, VONAGE, KANNEL, HTTP, EMAIL, SIMULATOR)
}


class Unusable(Exception):
    """A carrier's settings, as its sender finds them. Its words have no full stop."""


def adapter_for(carrier: Carrier, database: Executor) -> Adapter:
    """database: where an adapter that keeps rows of its own does so, off the event loop.

    Raises Unusable for settings that its kind cannot do with.
    """
    try:
        return KINDS[carrier.kind].adapter(carrier, database)
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


def listener_for(carrier: Carrier) -> Listener | None:
    """Who proves and reads what the carrier tells us by calling; None where it calls nobody.

    Raises Unusable.
    """
    try:
        return KINDS[carrier.kind].listener(carrier)
    except InvalidToken:
        raise Unusable("the secret of its calls was sealed with another SECRET_KEY") from None
    except (KeyError, ValueError) as why:
        raise Unusable(f"one of its settings is wrong: {why}") from why
