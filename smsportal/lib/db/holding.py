"""Holding a name alone, and not holding on to a connection that broke."""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import Error, connection

from smsportal.lib.db.which import is_postgres


def or_reconnect(work: Callable[[], Any]) -> Any:
    """Do `work` in a thread that lives long: a connection that broke in it is not used again."""
    try:
        return work()
    except Error:
        connection.close()
        raise


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Hold `name` alone on this installation; yields False when somebody else has it.

    PostgreSQL: an advisory lock of this connection, so a lost connection is a lost lock.
    SQLite: a lock on a file in var/, which dies with the process.
    """
    if is_postgres():
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            held = cursor.fetchone()[0]
            try:
                yield held
            finally:
                if held:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        return
    with (settings.VAR_DIR / f"{name.replace('/', '_')}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
