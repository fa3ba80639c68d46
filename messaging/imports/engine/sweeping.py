"""What keeps: a day, long enough to finish and to undo."""

import datetime as dt

from messaging.imports.engine.pace import row_ranges
from messaging.imports.engine.staging import stored_path
from messaging.imports.models import UNDO_FOR, Import, ImportLeaver, ImportMember, ImportRow
from messaging.imports.states import WORKING, State


def waiting() -> list[int]:
    return list(Import.objects.waiting().order_by("pk").values_list("pk", flat=True))


def forget(now: dt.datetime) -> int:
    """Delete files a day after their upload, and rows a day after their import.

    One that nobody finished is cancelled. Answers how many imports lost something.
    """
    count = 0
    old = Import.objects.filter(created_at__lt=now - UNDO_FOR).exclude(state__in=WORKING)
    for batch in old.exclude(stored_name=""):
        stored_path(batch).unlink(missing_ok=True)
        count += Import.objects.filter(pk=batch.pk).update(stored_name="")
    old.filter(state__in=(State.MATCHING, State.CHECKED)).update(state=State.CANCELLED)
    over = old.filter(rows_deleted_at__isnull=True).exclude(applied_at__gt=now - UNDO_FOR)
    for batch in over.exclude(state__in=(State.MATCHING, State.CHECKED)):
        _delete_rows(batch)
        count += Import.objects.filter(pk=batch.pk).update(rows_deleted_at=now)
    return count


def _delete_rows(batch: Import) -> None:
    for rows in (ImportRow, ImportMember):
        for first, last in row_ranges(batch, rows):
            rows.objects.filter(batch=batch, row_no__range=(first, last)).delete()
    ImportLeaver.objects.filter(batch=batch).delete()
