"""Who is on a carrier's wire, and what is claimed ahead, so that no place stands empty while the
database is asked. Pure: seconds of a monotonic clock are passed in.
"""

from collections import deque
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from messaging.carriers.base import OutgoingText
from messaging.sending.engine.journal import Key

# What is claimed ahead is on the wire within this time, by what left in the last second: so a
# message that is stopped stops about as soon as if nothing were.
AHEAD_SECONDS: Final = 0.2
MOST_AHEAD: Final = 1000
# A claim and its commit cost the same for five texts and for five hundred.
WORTH_A_CLAIM: Final = 0.25  # of the window, or half of what is claimed ahead


def kept_free(size: int) -> int:
    """Places for what cannot wait behind bulk. A few do: it has every place that frees, too."""
    return max(size // 20, min(1, size // 5))


class Claimed(NamedTuple):
    """epoch: of the lock that its sender had."""

    text: OutgoingText
    epoch: int
    at: float

    @property
    def key(self) -> Key:
        return self.text.message_id, self.text.attempt


class Window:
    """size: texts on the wire at once. What cannot wait goes first, and into any place."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.for_bulk = size - kept_free(size)
        self.on_wire: set[Key] = set()
        self.urgent: deque[Claimed] = deque()
        self.ahead: deque[Claimed] = deque()
        self.left_lately: deque[tuple[float, int]] = deque()

    @property
    def free(self) -> int:
        """Places for what cannot wait."""
        return self.size - len(self.on_wire) - len(self.urgent)

    def free_for_bulk(self, at: float) -> int:
        """For how much there is room, ahead too; 0 where that is not worth a claim."""
        taken = len(self.on_wire) + len(self.urgent) + len(self.ahead)
        ahead = self._ahead(at)
        room = self.for_bulk - taken + ahead
        return room if room >= max(self.size * WORTH_A_CLAIM, ahead / 2) else 0

    def wants_more(self, at: float) -> bool:
        """Whether, after a claim that found something, another is worth it at once."""
        return bool(self.urgent) or self.free_for_bulk(at) > 0

    def put(self, claimed: Iterable[Claimed]) -> None:
        for each in claimed:
            (self.ahead if each.text.can_wait else self.urgent).append(each)

    def go(self) -> list[Claimed]:
        """Those who have a place now, and are on the wire from now on."""
        going = []
        while self.urgent and len(self.on_wire) < self.size:
            going.append(self._enter(self.urgent))
        while self.ahead and len(self.on_wire) < self.for_bulk:
            going.append(self._enter(self.ahead))
        return going

    def leave(self, keys: Collection[Key], at: float) -> None:
        left = self.on_wire.intersection(keys)
        self.on_wire -= left
        if left:
            self.left_lately.append((at, len(left)))

    def give_back(self) -> list[Claimed]:
        """What was claimed ahead, and goes no more."""
        back = list(self.ahead)
        self.ahead.clear()
        return back

    def give_all_back(self) -> list[Claimed]:
        """What was claimed, urgent or not, and has not gone."""
        back = [*self.urgent, *self.give_back()]
        self.urgent.clear()
        return back

    def _enter(self, queue: deque[Claimed]) -> Claimed:
        first = queue.popleft()
        self.on_wire.add(first.key)
        return first

    def _ahead(self, at: float) -> int:
        while self.left_lately and self.left_lately[0][0] < at - 1:
            self.left_lately.popleft()
        a_second = sum(count for _, count in self.left_lately)
        return int(min(MOST_AHEAD, a_second * AHEAD_SECONDS))
