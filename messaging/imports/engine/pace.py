"""Through the rows of an import, a chunk at a time."""

import time
from collections.abc import Iterator

from django.db import models
from django.db.models import Max, Min

from messaging.imports.models import Import
from smsportal.lib.db import breathe, long_chunk


def row_ranges(batch: Import, rows: type[models.Model]) -> Iterator[tuple[int, int]]:
    """First and last `row_no` of each chunk, with room for others after each."""
    ends = rows.objects.filter(batch=batch).aggregate(first=Min("row_no"), last=Max("row_no"))
    if ends["first"] is None:
        return
    size = long_chunk()
    for first in range(ends["first"], ends["last"] + 1, size):
        since = time.perf_counter()
        yield first, first + size - 1
        breathe(since)
