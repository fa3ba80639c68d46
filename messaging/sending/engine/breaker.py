"""Whether a carrier is worth a text. Pure: seconds of a monotonic clock are passed in.

It opens itself where texts get lost or stay out, so that few are in doubt and the next carrier of
their route may take the others. After a while one text is let go; its answer decides.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine.journal import Key

DOWN_SECONDS: Final = 30.0
MOST_IN_A_ROW: Final = 10  # without an answer
LOOKED_AT: Final = 40  # of the last texts, and at least half as many
LEAST_LOOKED_AT: Final = 20
LOOKED_BACK_SECONDS: Final = 60.0
BAD_SHARE: Final = 0.5
FIRST_WAIT: Final = 30.0  # before one text is tried; twice as long each time
LONGEST_WAIT: Final = 300.0

BAD: Final = (Outcome.AMBIGUOUS, Outcome.NOT_SENT)
NOTHING_SAID: Final = (Outcome.THROTTLED, Outcome.NOT_TRIED)  # of how well texts go


class Allows(Enum):
    ALL = "all"
    ONE = "one"
    NONE = "none"


@dataclass
class Breaker:
    """why: since when it is open; empty while it is closed, and all texts may go."""

    why: str = ""
    opened_at: float = 0.0
    tries_at: float = 0.0
    wait: float = FIRST_WAIT
    probe: Key | None = None  # the one text that is out
    in_a_row: int = 0
    recent: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))
    down_at: float | None = None
    connected_count: int = 0

    @property
    def is_open(self) -> bool:
        return bool(self.why)

    def allows(self, at: float) -> Allows:
        if not self.is_open:
            return Allows.ALL
        return Allows.ONE if self.probe is None and at >= self.tries_at else Allows.NONE

    def line(self, *, is_ready: bool, connected_count: int, at: float) -> None:
        """How the connection is; to be told each second."""
        is_new = is_ready and (self.down_at is not None or connected_count > self.connected_count)
        if is_new and self.wait == FIRST_WAIT and self.probe is None:
            self.tries_at = min(self.tries_at, at)  # at once, the first time
        self.connected_count = connected_count
        if is_ready:
            self.down_at = None
        elif self.down_at is None:
            self.down_at = at
        elif at - self.down_at > DOWN_SECONDS and not self.is_open:
            self._open("it was not connected for 30 seconds", at)

    def lets_one_go(self, key: Key) -> None:
        self.probe = key

    def heard(self, answers: Iterable[Answer], at: float) -> None:
        for answer in answers:
            if self.is_open:
                if (answer.message_id, answer.attempt) == self.probe:
                    self._decide(answer.outcome, at)
            elif answer.outcome not in NOTHING_SAID:
                self._count(answer.outcome, at)

    def gone(self, keys: Collection[Key], at: float) -> None:
        """They are in hand no more, whatever was said of them: the one may have had no answer."""
        if self.probe is not None and self.probe in keys:
            self._try_later(at)

    def _count(self, outcome: Outcome, at: float) -> None:
        self.in_a_row = self.in_a_row + 1 if outcome == Outcome.AMBIGUOUS else 0
        self.recent.append((at, outcome in BAD))
        since = at - LOOKED_BACK_SECONDS
        looked_at = [is_bad for heard_at, is_bad in self.recent if heard_at >= since]
        if self.in_a_row >= MOST_IN_A_ROW:
            self._open(f"{MOST_IN_A_ROW} texts in a row had no answer", at)
        elif len(looked_at) >= LEAST_LOOKED_AT and sum(looked_at) >= BAD_SHARE * len(looked_at):
            self._open(f"{sum(looked_at)} of its last {len(looked_at)} texts did not go", at)

    def _decide(self, outcome: Outcome, at: float) -> None:
        if outcome in BAD:
            self.wait = min(2 * self.wait, LONGEST_WAIT)
        if outcome in (*BAD, *NOTHING_SAID):
            self._try_later(at)
        else:
            self._close()

    def _try_later(self, at: float) -> None:
        self.probe, self.tries_at = None, at + self.wait

    def _open(self, why: str, at: float) -> None:
        self.why, self.opened_at = why, at
        self.wait = FIRST_WAIT
        self._try_later(at)
        self.in_a_row = 0
        self.recent.clear()

    def _close(self) -> None:
        self.why, self.probe, self.wait = "", None, FIRST_WAIT
