"""How much of everything, and the counting of it. No clock: whoever asks says what time it is."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

CONNECTIONS: Final = 200
CONNECTIONS_OF_ONE: Final = 20  # address
IDLE_SECONDS: Final = 60.0
GIVES_WAY_SECONDS: Final = 10.0  # without a mail, where others find no room
TRANSACTION_SECONDS: Final = 300.0  # from the beginning, or from the last mail that was taken
COMMANDS: Final = 100  # likewise
HEADER_BYTES: Final = 32 * 1024
MESSAGE_BYTES: Final = 256 * 1024
RECIPIENTS: Final = 50
WRONG_PASSWORDS: Final = 5
WRONG_PASSWORDS_OF_ONE: Final = 20  # address, whomever it tries to be
LOCKED_SECONDS: Final = 15 * 60.0


@dataclass
class Seats:
    """Connections that are open, in all and of each address."""

    most: int = CONNECTIONS
    most_of_one: int = CONNECTIONS_OF_ONE
    taken: Counter[str] = field(default_factory=Counter)

    def take(self, address: str) -> bool:
        """address: empty for a local socket, whose one peer is our own front server."""
        if self.is_full:
            return False
        if address and self.taken[address] >= self.most_of_one:
            return False
        self.taken[address] += 1
        return True

    @property
    def is_full(self) -> bool:
        return self.taken.total() >= self.most

    def give_back(self, address: str) -> None:
        self.taken[address] -= 1
        self.taken += Counter()  # forgets who has none


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Pace:
    """So many texts in so many seconds for each person. Who has some left may send one mail to
    more people than that, and waits the longer for the next.
    """

    texts: int
    seconds: float
    buckets: dict[int, _Bucket] = field(default_factory=dict)

    def has_room(self, who: int, now: float) -> bool:
        return self._filled(who, now).left >= 1

    def spend(self, who: int, texts: int, now: float) -> None:
        self._filled(who, now).left -= texts

    def _filled(self, who: int, now: float) -> _Bucket:
        bucket = self.buckets.setdefault(who, _Bucket(self.texts, now))
        gained = max(0.0, now - bucket.at) * self.texts / self.seconds
        bucket.left = min(float(self.texts), bucket.left + gained)
        bucket.at = now
        return bucket


@dataclass
class Locks:
    """Who has tried too many wrong passwords, and from where."""

    wrong: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def is_locked(self, *, username: str, address: str, now: float) -> bool:
        theirs = self._recent((address, username.casefold()), now)
        everyones = self._recent((address, ""), now)
        return len(theirs) >= WRONG_PASSWORDS or len(everyones) >= WRONG_PASSWORDS_OF_ONE

    def count_wrong(self, *, username: str, address: str, now: float) -> None:
        for key in ((address, username.casefold()), (address, "")):
            self.wrong[key] = [*self._recent(key, now), now]

    def forget(self, *, username: str, address: str) -> None:
        self.wrong.pop((address, username.casefold()), None)

    def forget_old(self, now: float) -> None:
        for key in list(self.wrong):
            if not self._recent(key, now):
                del self.wrong[key]

    def _recent(self, key: tuple[str, str], now: float) -> list[float]:
        return [at for at in self.wrong.get(key, []) if now - at < LOCKED_SECONDS]
