"""What a sender has done in the database, which may go away: in threads, off its event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from smsportal.lib.db import or_reconnect

log = logging.getLogger(__name__)

GLANCE_SECONDS = 0.1  # between two looks for receipts
LONGEST_WAIT = 5.0


class Errands:
    """Each thread has a connection of its own."""

    def __init__(self) -> None:
        self.database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        # Of receipts and sweeps: texts go out while reports come in.
        self.ears = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ears")
        self.line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="line")
        self.is_stopping = asyncio.Event()

    async def _database(self, work: Callable[[], Any], thread: Executor | None = None) -> Any:
        """For as long as it takes. What is not recorded when we stop is in the journal."""
        return await self._retry(partial(self._once, work, thread))

    async def _retry(self, work: Callable[[], Awaitable]) -> Any:
        wait = GLANCE_SECONDS
        while True:
            try:
                return await work()
            except (OperationalError, InterfaceError):
                log.warning("the database is away: trying again", exc_info=True)
                if self.is_stopping.is_set():
                    raise
                await self._pause(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _once(self, work: Callable[[], Any], thread: Executor | None = None) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(thread or self.database, partial(or_reconnect, work))

    async def _pause(self, seconds: float, *, even_when_stopping: bool = False) -> None:
        if even_when_stopping:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_stopping.wait(), seconds)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _close_threads(self) -> None:
        for thread in (self.database, self.ears, self.line):
            thread.submit(_close_connection)
            thread.shutdown()


def _close_connection() -> None:
    """To be run in the thread whose connection it is."""
    connection.close()
