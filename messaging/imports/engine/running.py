"""Whose turn it is, one process at a time for each contact book."""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F

from messaging.imports.engine import applying, staging, undoing
from messaging.imports.models import Import
from messaging.imports.states import WORKING, State
from smsportal.lib.db import exclusive
from smsportal.lib.file_kinds import BadSpreadsheet

log = logging.getLogger(__name__)
ATTEMPTS = 5


@contextmanager
def turn(import_id: int) -> Iterator[Import | None]:
    """An import to work on, alone at its contact book.

    None: nothing waits, or another process is at that book; the sweep rings again.
    """
    batch = Import.objects.filter(pk=import_id).waiting().first()
    if batch is None:
        yield None
        return
    with exclusive(f"import-{batch.department_id}-{batch.owner_id or 'global'}") as held:
        waiting = Import.objects.filter(pk=import_id).waiting()
        # Counted before, so that a file which ends the process is not tried for ever.
        if not held or not waiting.update(attempt_count=F("attempt_count") + 1):
            yield None
            return
        yield Import.objects.select_related("arrival", "replaces", "person").get(pk=import_id)


def work(batch: Import, now: dt.datetime) -> bool:
    """Do what the import waits for. True: it is ready to be finished, with an audit line."""
    if batch.attempt_count > ATTEMPTS and not _is_seen(batch):
        log.error("import %s given up in state %s", batch.uid, batch.state)
        give_up(batch, "Something went wrong on our side. Nothing was imported.", now)
        return False
    try:
        _WORK[State(batch.state)](batch, now)
    except BadSpreadsheet as bad:
        give_up(batch, bad.words, now)
        return False
    except FileNotFoundError:
        give_up(batch, "The uploaded file has been deleted after 24 hours. Upload it again.", now)
        return False
    return batch.state != State.CHECKING


_WORK = {
    State.CHECKING: staging.stage,
    State.APPLYING: applying.apply,
    State.UNDOING: undoing.undo,
}


def _is_seen(batch: Import) -> bool:
    """Its contacts have come into sight: from there it is finished, or undone, but not dropped."""
    return batch.state == State.UNDOING or (
        batch.arrival is not None and batch.arrival.at is not None
    )


def give_up(batch: Import, words: str, now: dt.datetime) -> None:
    if batch.arrival is not None:
        undoing.delete_unseen(batch, now)
    Import.objects.filter(pk=batch.pk, state__in=WORKING).update(
        state=State.FAILED, problem=words[:300]
    )
