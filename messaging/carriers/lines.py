"""What adapters of every kind do: wait before they connect again, and hand answers on."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from messaging.carriers.base import Answer, LineState

FIRST_WAIT: Final = 1.0  # seconds between two tries to connect
LONGEST_WAIT: Final = 60.0
FIRST_WAIT_REFUSED: Final = 5.0  # an account that is asked often is locked
LONGEST_WAIT_REFUSED: Final = 600.0


def wait_before(failures: int, *, is_refused: bool) -> float:
    """Seconds before the next try, after so many that failed."""
    first, longest = (
        (FIRST_WAIT_REFUSED, LONGEST_WAIT_REFUSED) if is_refused else (FIRST_WAIT, LONGEST_WAIT)
    )
    return min(longest, first * 2 ** min(failures, 10)) * random.uniform(0.8, 1.2)


async def gathered(answers: asyncio.Queue[Answer], count: int) -> AsyncIterator[list[Answer]]:
    """So many answers, as they come: those that came meanwhile together."""
    while count:
        heard = [await answers.get()]
        while not answers.empty():
            heard.append(answers.get_nowait())
        count -= len(heard)
        yield heard


@dataclass
class Problems:
    """What is wrong with a line, in words; empty while all is well. One that goes on, try after
    try, is one.
    """

    now: str = ""
    last: str = ""
    count: int = 0

    def found(self, words: str) -> bool:
        """Whether it is another than the one before."""
        is_new = words != self.now
        self.count += is_new
        self.now = self.last = words
        return is_new

    def over(self) -> None:
        self.now = ""

    def of_one_line(self, *, is_reached: bool) -> LineState:
        """How a carrier stands that has one line, whatever goes over it at once."""
        is_well = is_reached and not self.now
        return LineState(int(is_well), 1, self.now, self.last, self.count)
