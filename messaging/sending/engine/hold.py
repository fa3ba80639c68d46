"""One sender for a carrier: a lock held for the life of the process, on a connection of its own."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress

from django.db import Error, connection

from smsportal.lib.db import exclusive, is_postgres

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0
GOOD_FOR_SECONDS = 0.2


class HeldElsewhere(Exception):
    """Another sender has this carrier."""


class Hold:
    """A lock lives on the thread that took it: a Django connection belongs to one thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked_at = float("-inf")
        self.epoch = 0  # another one each time it was lost: what was claimed before is not ours
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hold")
        self.lock: AbstractContextManager[bool] | None = None

    async def take(self) -> None:
        """Raises HeldElsewhere, or the database's error when it is away."""
        await self._run(self._take)

    async def ensure(self) -> int:
        """Still ours, or ours again; answers the epoch. Waits while the database is away.

        It was asked within a fifth of a second: no other sender starts and looks through what we
        claimed in so little time.
        """
        while True:
            if time.monotonic() - self.asked_at < GOOD_FOR_SECONDS:
                return self.epoch
            asked_at = time.monotonic()
            try:
                await self._run(self._check)
                self.asked_at = asked_at
                return self.epoch
            except Error:
                log.warning("the lock on %s is lost: the database is away", self.name)
                await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def release(self) -> None:
        await self._run(self._forget)
        self.thread.shutdown()

    async def _run(self, function: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self.thread, function)

    def _take(self) -> None:
        self._forget()
        lock = exclusive(self.name)
        if not lock.__enter__():
            lock.__exit__(None, None, None)
            connection.close()
            raise HeldElsewhere(self.name)
        self.lock = lock
        self.epoch += 1

    def _check(self) -> None:
        if self.lock is None:
            return self._take()
        if not is_postgres():
            return  # a lock on a file cannot be lost
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            self._forget()
            raise

    def _forget(self) -> None:
        """Without its connection the lock is gone by itself."""
        if self.lock is not None:
            with suppress(Error):
                self.lock.__exit__(None, None, None)
        self.lock = None
        connection.close()
