"""Many sessions ask, one thread answers: what comes while it works is answered by its next round.

So a transaction stores the mails of all sessions that wait. A round costs hardly more for ten than
for one, so it waits a moment for those who are about to ask; whoever is alone does not wait.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
PATIENCE_SECONDS = 0.01


class Gathering(Generic[Q, A]):
    """work: answers to as many questions as it is given, in their order, in a thread of its own.
    Where it raises, everybody of that round gets the exception. at_end: what that thread does last.
    expected: how many ask about now, those that have asked among them.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Sequence[A]],
        *,
        name: str,
        most: int,
        at_end: Callable[[], None],
        expected: Callable[[], int] = lambda: 0,
    ) -> None:
        self.work = work
        self.at_end = at_end
        self.most = most
        self.expected = expected
        self.full: asyncio.Event = asyncio.Event()
        self.waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self.rounds: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def ask(self, question: Q) -> A:
        """A question is answered also when whoever asked has gone: a mail was sent all the same."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self.waiting.append((question, answer))
        if len(self.waiting) >= self.expected():
            self.full.set()
        if self.rounds is None or self.rounds.done():
            self.rounds = loop.create_task(self._answer())
        return await answer

    async def finish(self) -> None:
        """Answer what has been asked, and end."""
        while self.rounds is not None and not self.rounds.done():
            await asyncio.wait([self.rounds])
        await asyncio.get_running_loop().run_in_executor(self.thread, self.at_end)
        self.thread.shutdown(wait=True)

    async def _answer(self) -> None:
        while self.waiting:
            await self._let_in()
            chosen, self.waiting = self.waiting[: self.most], self.waiting[self.most :]
            await self._round(chosen)

    async def _let_in(self) -> None:
        """Sessions that were answered together ask again together."""
        await asyncio.sleep(0)
        if len(self.waiting) < self.expected():
            self.full.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.full.wait(), PATIENCE_SECONDS)

    async def _round(self, chosen: list[tuple[Q, asyncio.Future[A]]]) -> None:
        loop = asyncio.get_running_loop()
        questions = [question for question, _ in chosen]
        try:
            answers = await loop.run_in_executor(self.thread, self.work, questions)
            if len(answers) != len(questions):
                raise RuntimeError("not an answer for each question")
        except Exception as fault:
            for _, waits in chosen:
                if not waits.done():
                    waits.set_exception(fault)
            return
        for (_, waits), answer in zip(chosen, answers, strict=True):
            if not waits.done():
                waits.set_result(answer)
