"""Running the joins of sql.py."""

import datetime as dt
from typing import Any

from django.db import connection

from messaging.imports.models import Import


def run(sql: str, batch: Import, **further: Any) -> int:
    """How many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(batch, further))
        return cursor.rowcount


def ids(sql: str, batch: Import) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(batch, {}))
        return [row[0] for row in cursor.fetchall()]


def _parameters(batch: Import, further: dict[str, Any]) -> dict[str, Any]:
    return {
        "batch": batch.pk,
        "arrival": batch.arrival_id,
        "department": batch.department_id,
        "owner": batch.owner_id,
        "stamp": _moment(batch.stamped_at),
        **{key: _moment(value) for key, value in further.items()},
    }


def _moment(value: Any) -> Any:
    is_moment = isinstance(value, dt.datetime)
    return connection.ops.adapt_datetimefield_value(value) if is_moment else value
