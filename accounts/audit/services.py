"""Writing the audit trail, in the same transaction as the deed."""

import datetime as dt
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

from accounts.audit.actors import Actor
from accounts.audit.models import AuditEvent
from smsportal.lib import db, request_context


def record(
    *,
    by: Actor,
    verb: str,
    words: str,
    now: dt.datetime,
    on: Any = None,
    department_id: int | None = None,
) -> AuditEvent:
    """Write one line. on: the object, a model row with a `uid`; words: a whole sentence."""
    written = line(by=by, verb=verb, words=words, now=now, on=on, department_id=department_id)
    written.save(force_insert=True)
    return written


def record_each(
    *, by: Actor, verb: str, lines: Iterable[tuple[Any, int, str]], now: dt.datetime
) -> None:
    """Write a line for each of many objects at once: `(on, its department's id, words)`."""
    record_all(
        line(by=by, verb=verb, words=words, now=now, on=on, department_id=department_id)
        for on, department_id, words in lines
    )


def record_all(lines: Iterable[AuditEvent]) -> None:
    """Write many lines, as `line` makes them, of whoever did what."""
    _INSERT(map(attrgetter(*_COLUMNS), lines))


_COLUMNS: Final = [field.attname for field in AuditEvent._meta.fields if not field.primary_key]
_INSERT: Final = db.Inserting(AuditEvent, each=_COLUMNS)


def line(
    *,
    by: Actor,
    verb: str,
    words: str,
    now: dt.datetime,
    on: Any = None,
    department_id: int | None = None,
) -> AuditEvent:
    """One line, not written yet."""
    return AuditEvent(
        at=now,
        actor_id=by.pk,
        actor_name=by.audit_name,
        actor_role=by.audit_role,
        department_id=by.department_id if department_id is None else department_id,
        verb=verb,
        object_kind=on._meta.model_name if on is not None else "",
        object_id=str(on.uid) if on is not None else "",
        object_name=str(on)[:200] if on is not None else "",
        words=words,
        ip=request_context.ip(),
        request_id=request_context.request_id(),
    )
