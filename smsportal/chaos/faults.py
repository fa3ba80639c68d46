"""What can go wrong, one at a time, while texts are on their way."""

from collections.abc import Callable
from dataclasses import dataclass

from smsportal.chaos.rig import WINDOW, Rig

FROZEN_SECONDS = 4.0
HOLE_MS = 3000
LOST_REPLIES = 7
THROTTLED = 20


@dataclass(frozen=True)
class Fault:
    """most_unknown: how many texts it may leave in doubt; None: as many as had no answer."""

    name: str
    words: str
    do: Callable[[Rig], None]
    most_unknown: int | None = WINDOW
    slowest_page: float | None = None  # seconds that no page may take


def _fall(name: str) -> Callable[[Rig], None]:
    return lambda rig: rig.fall(name)


def _receipts(how: str) -> Callable[[Rig], None]:
    return lambda rig: rig.order(receipts=how)


FAULTS = (
    Fault("nothing", "nothing at all: the yardstick", lambda rig: None, 0),
    Fault("sender", "kill -9 of the sender", _fall("sender")),
    Fault("worker", "kill -9 of the worker", _fall("worker"), 0),
    Fault("beat", "kill -9 of beat", _fall("beat"), 0),
    Fault("web", "kill -9 of the web server", _fall("web"), 0),
    Fault("broker", "kill -9 of the broker", _fall("broker"), 0),
    Fault(
        "frozen_broker",
        "a broker that takes calls and never answers",
        lambda rig: rig.freeze("broker", FROZEN_SECONDS),
        0,
        slowest_page=2.0,
    ),
    Fault("flushall", "FLUSHALL in the broker", Rig.flush_broker, 0),
    Fault("postgresql", "an immediate stop of PostgreSQL", _fall("postgresql")),
    Fault("carrier", "kill -9 of the carrier", _fall("carrier")),
    Fault(
        "black_hole", "a carrier that falls silent", lambda rig: rig.order(hole_ms=HOLE_MS), None
    ),
    Fault(
        "lost_replies",
        f"{LOST_REPLIES} answers that never come",
        lambda rig: rig.order(mute=LOST_REPLIES),
        LOST_REPLIES,
    ),
    Fault("throttle", "a carrier that is too busy", lambda rig: rig.order(throttle=THROTTLED), 0),
    Fault("garbage", "bytes that are no SMPP", lambda rig: rig.order(garbage=100)),
    Fault("receipts_first", "reports before the answers", _receipts("first"), 0),
    Fault("receipts_twice", "every report twice", _receipts("twice"), 0),
    Fault("receipts_never", "no reports", _receipts("never"), 0),
)
NEEDS_POSTGRESQL = {"postgresql"}
