"""Running the joins of sql.py."""

import datetime as dt
from typing import Any

from django.db import connection

from messaging.imports.models import Import


def run(sql: str, batch: Import, **further: Any) -> int:
    """How many rows it changed."""
    parameters = {
        "batch": batch.pk,
        "arrival": batch.arrival_id,
        "department": batch.department_id,
        "owner": batch.owner_id,
        "stamp": _moment(batch.stamped_at),
        **{key: _moment(value) for key, value in further.items()},
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def _moment(value: Any) -> Any:
    is_moment = isinstance(value, dt.datetime)
    return connection.ops.adapt_datetimefield_value(value) if is_moment else value
