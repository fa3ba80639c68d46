"""What one provider adds to HTTP: how it wants a text, and what its answers mean."""

import datetime as dt
from typing import Protocol

from messaging.carriers.base import Capabilities, OutgoingText
from messaging.carriers.http.exchange import Call, Reply, Said


def minutes_left(text: OutgoingText, now: dt.datetime) -> int:
    """For which a carrier may keep trying."""
    return max(1, int((text.valid_until - now).total_seconds()) // 60)


class Speech(Protocol):
    """url: where texts go; every call leads to its machine. ca_file: of an authority of its own."""

    url: str
    ca_file: str
    capabilities: Capabilities

    def call(self, text: OutgoingText, *, now: dt.datetime) -> Call:
        """The request that hands one text over."""

    def said(self, text: OutgoingText, reply: Reply) -> Said:
        """What the provider made of it. A good status that cannot be understood is in doubt."""
