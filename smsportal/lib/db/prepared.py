"""What PostgreSQL is asked again and again is read and planned once for each connection.

A small statement takes it longer to read and to plan than to do.
"""

import re
from itertools import count
from threading import local
from typing import Any, Final

from django.db import connection
from django.db.backends.signals import connection_created


class _Known(local):
    """Of this thread's connection: how each text is asked for in short, None while it is new."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.short: dict[str, str | None] = {}


_KNOWN: Final = _Known()
_NUMBERS: Final = count()
MARK: Final = re.compile("%[s%]")


def in_short(sql: str) -> str:
    """The same statement, by its name once it is there. What was asked for only once is not worth
    a journey of its own. sql: with %s for each parameter, in a place that tells its type.
    """
    opened = connection.connection
    if opened is None:  # it is by whoever executes this
        return sql
    if _KNOWN.connection is not opened:
        _KNOWN.connection, _KNOWN.short = opened, {}
    if sql not in _KNOWN.short:
        _KNOWN.short[sql] = None
        return sql
    return _KNOWN.short[sql] or _prepare(sql)


def _prepare(sql: str) -> str:
    name, marks = f"asked_{next(_NUMBERS)}", []

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        marks.append("%s")
        return f"${len(marks)}"

    text = f"PREPARE {name} AS {MARK.sub(numbered, sql)}"
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(text)
    short = f"EXECUTE {name} ({', '.join(marks)})" if marks else f"EXECUTE {name}"
    _KNOWN.short[sql] = short
    return short


def by_key_alone() -> None:
    """Call first in a process that asks for a few rows at a time, by their keys, and for no more.

    A plan that was made while a table was empty reads the whole of it, and is kept as the table
    grows, until somebody analyses it. The same holds for PostgreSQL's own checks of foreign keys.
    """
    connection_created.connect(_without_scans, dispatch_uid="by_key_alone")


def _without_scans(*, connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A scan that has to be all the same counts as dear, which alone would start the JIT.
            cursor.execute("SET enable_seqscan = off; SET jit = off")
