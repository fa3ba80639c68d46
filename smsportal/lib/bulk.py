"""Writes of many thousand rows that leave room for everybody else's. Tested on both databases."""

import csv
import io
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from smsportal.lib.db import CHUNK, is_postgres


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[int]:
    """Insert new rows, all of `columns` given, and answer how many are in after each chunk.

    By COPY where there is one: 72,000 rows a second, against 19,000 of bulk_create, which makes an
    object of each row. Values are text, numbers, None or UUIDs. Each chunk is a transaction of its
    own. Nothing happens until the answers are read.
    """
    fields = [model._meta.get_field(name) for name in columns]
    insert = _copy if is_postgres() else _execute_many
    source, done = iter(rows), 0
    while chunk := list(islice(source, CHUNK)):
        since = time.perf_counter()
        insert(model, fields, chunk)
        breathe(since)
        done += len(chunk)
        yield done


def long_chunk() -> int:
    """Rows a transaction of a long write. PostgreSQL pays for each and lets others write too."""
    return 5 * CHUNK if is_postgres() else CHUNK


def breathe(since: float) -> None:
    """After a chunk of a long write that began at `since`: leave the others as long to write.

    SQLite has one writer and no queue. Who waits looks again every 1 to 100 ms; of a database that
    is free half of the time, the first or second look finds it so. since: of `perf_counter`.
    """
    if not is_postgres():
        time.sleep(time.perf_counter() - since)


def analyse(model: type[models.Model]) -> None:
    """Tell PostgreSQL's planner about rows that have just come, before its own look at them."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _copy(
    model: type[models.Model], fields: Sequence[models.Field], chunk: Sequence[Sequence[Any]]
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(chunk)
    buffer.seek(0)
    # An empty cell is NULL only where the column can be that.
    texts = [field for field in fields if not field.null]
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {_table(model)} ({_names(fields)}) FROM STDIN "
            f"WITH (FORMAT csv, NULL '', FORCE_NOT_NULL ({_names(texts)}))",
            buffer,
        )


def _execute_many(
    model: type[models.Model], fields: Sequence[models.Field], chunk: Sequence[Sequence[Any]]
) -> None:
    uuids = {place for place, field in enumerate(fields) if isinstance(field, models.UUIDField)}
    ready = [[v.hex if n in uuids else v for n, v in enumerate(row)] for row in chunk]
    marks = ", ".join("%s" for _ in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_table(model)} ({_names(fields)}) VALUES ({marks})", ready
        )


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(fields: Sequence[models.Field]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)
