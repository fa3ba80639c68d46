"""Which database this is, and what time it has."""

import datetime as dt

from django.db import connection, models

CHUNK = 1000  # rows a statement: no SQLite write longer than 200 ms


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def database_now() -> dt.datetime:
    """The database's clock: leases and sweeps compare with this one only."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
        cursor.execute("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
        return dt.datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=dt.UTC)


def placeholder(field: models.Field) -> str:
    """A parameter with its type, which PostgreSQL cannot guess within VALUES."""
    return f"%s::{field.cast_db_type(connection)}" if is_postgres() else "%s"
