"""Many sessions ask, one thread answers: what comes while it works is answered by its next round.

So a transaction stores the mails of all sessions that wait, and nobody waits for a mail to come.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """work: answers to as many questions as it is given, in their order, in a thread of its own.
    Where it raises, everybody of that round gets the exception. at_end: what that thread does last.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Sequence[A]],
        *,
        name: str,
        most: int,
        at_end: Callable[[], None],
    ) -> None:
        self.work = work
        self.at_end = at_end
        self.most = most
        self.waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self.rounds: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def ask(self, question: Q) -> A:
        """A question is answered also when whoever asked has gone: a mail was sent all the same."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self.waiting.append((question, answer))
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
            # Sessions that were answered together ask again together: let them all get in.
            await asyncio.sleep(0)
            chosen, self.waiting = self.waiting[: self.most], self.waiting[self.most :]
            await self._round(chosen)

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
