from messaging.tests.carriers.http.conftest import peer as http_peer
from messaging.tests.carriers.smpp.conftest import make_carrier, peer

__all__ = ["http_peer", "make_carrier", "peer"]
