"""Several writes that wait for nothing from each other, in one round trip."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, models

from smsportal.lib.db.prepared import in_short
from smsportal.lib.db.which import is_postgres


class Statement(NamedTuple):
    """SQL with %s for each of its parameters. is_steady: it is the same text each time."""

    sql: str
    parameters: Sequence[Any]
    is_steady: bool = False


def together(statements: Iterable[Statement]) -> None:
    """Do them in their order; what they answer is not read. Call inside a transaction.

    Where another thread is busy, whoever comes back from the database waits for its turn, up to
    5 ms each time: so they go to PostgreSQL as one text. SQLite, which is no journey, has them one
    by one.
    """
    with connection.cursor() as cursor:
        if not is_postgres():
            for sql, parameters, _ in statements:
                cursor.execute(sql, parameters)
        elif texts := [_text(cursor, each) for each in statements]:
            cursor.execute(b";".join(texts).decode())


def _text(cursor: Any, statement: Statement) -> bytes:
    sql = in_short(statement.sql) if statement.is_steady else statement.sql
    return cursor.mogrify(sql, statement.parameters)


def new_ids(models_: Sequence[type[models.Model]], count: int) -> list[tuple[int, ...]]:
    """Keys for so many new rows of each: nobody else gets them. Call inside a transaction."""
    tables = [(model._meta.db_table, model._meta.pk.column) for model in models_]
    if not is_postgres():
        return list(zip(*(_from_sqlite(table, count) for table, _ in tables), strict=True))
    names = [f"s{n}" for n in range(len(tables))]
    sequences = ", ".join(f"pg_get_serial_sequence(%s, %s)::regclass {name}" for name in names)
    with connection.cursor() as cursor:
        # OFFSET 0: the names are looked up once, and not again for each row.
        sql = (
            f"SELECT {', '.join(f'nextval({name})' for name in names)} "
            f"FROM (SELECT {sequences} OFFSET 0) s, generate_series(1, %s::integer)"
        )
        cursor.execute(in_short(sql), [*(part for table in tables for part in table), count])
        return cursor.fetchall()


def _from_sqlite(table: str, count: int) -> range:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        if found := cursor.fetchone():
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table]
            )
        else:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count]
            )
    first = found[0] + 1 if found else 1
    return range(first, first + count)
