"""What our front server asks before it takes a mail, in the policy protocol of Postfix.

So who may not text, and what is no number, is refused while the sender's own server waits for the
answer, and nothing has to be sent back to anybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from messaging.relay.answers import Answer

MOST_LINES: Final = 100  # of one question; Postfix has some thirty
GO_ON: Final = "DUNNO"
Question = Mapping[str, str]


class Asking:
    """Many questions come by one connection. answer: says what is answered to one."""

    def __init__(self, answer: Callable[[Question], Awaitable[Answer]]) -> None:
        self.answer = answer
        self.open: set[asyncio.StreamWriter] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        try:
            while (question := await _question(reader)) is not None:
                said = await self.answer(question)
                action = str(said) if said.is_refusal else GO_ON
                writer.write(f"action={action}\n\n".encode())
                await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # it asks again by another connection
        finally:
            self.open.discard(writer)
            writer.close()

    def hang_up(self) -> None:
        for writer in self.open:
            writer.close()


async def _question(reader: asyncio.StreamReader) -> Question | None:
    """None when the other end has closed. Raises ValueError for what is no question."""
    found: dict[str, str] = {}
    for _ in range(MOST_LINES):
        line = await reader.readline()
        if not line:
            return None
        name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition("=")
        if not name:
            return found
        found[name] = value
    raise ValueError("a question without an end")
