"""How fast a connection may go: its rate, halved when the carrier says too fast, found again
slowly. Seconds of a monotonic clock are passed in.
"""

from dataclasses import dataclass

RECOVERS_BY = 1.05
RECOVERS_EVERY = 2.0
SLOWEST = 1.0
WAITS_AFTER_THROTTLE = 1.0


@dataclass
class Pace:
    """A bucket of one second's worth. limit: texts a second, None for as fast as it goes."""

    limit: float | None
    rate: float | None = None
    saved: float = 0.0
    counted_at: float = 0.0
    eased_at: float = 0.0
    waits_until: float = 0.0

    def __post_init__(self) -> None:
        self.rate = self.limit

    def free(self, at: float) -> int:
        """How many texts may leave now."""
        if at < self.waits_until:
            return 0
        if self.rate is None:
            return 1_000_000
        self._recover(at)
        self.saved = min(self.rate, self.saved + (at - self.counted_at) * self.rate)
        self.counted_at = at
        return int(self.saved)

    def spend(self, count: int) -> None:
        self.saved -= count

    def throttled(self, at: float, sent_per_second: float) -> None:
        self.rate = max(SLOWEST, (self.rate or sent_per_second) / 2)
        self.saved, self.counted_at = 0.0, at
        self.eased_at = at
        self.waits_until = at + WAITS_AFTER_THROTTLE

    def _recover(self, at: float) -> None:
        if self.rate is None or at - self.eased_at < RECOVERS_EVERY:
            return
        self.eased_at = at
        self.rate *= RECOVERS_BY
        if self.limit is not None:
            self.rate = min(self.rate, self.limit)
