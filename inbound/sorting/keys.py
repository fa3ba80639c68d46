"""One text makes one forward and one reply, however often it is acted on."""

import uuid
from typing import Final

_FORWARD: Final = uuid.UUID("6c1a2b1e-1f0b-4b43-9a53-0f4f1c4c7a10")
_REPLY: Final = uuid.UUID("9f1d2f34-63c8-4a25-8d2d-6a3a4f1b7c22")


def forward(text: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(_FORWARD, str(text))


def reply(text: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(_REPLY, str(text))
