"""Writing the audit trail, in the same transaction as the deed."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from accounts.audit.actors import Actor
from accounts.audit.models import AuditEvent
from smsportal.lib import db, request_context
from smsportal.lib.ids import uuid7


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
    said = line(by=by, verb=verb, words=words, now=now, on=on, department_id=department_id)
    written = AuditEvent(**said._asdict())
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


class Line(NamedTuple):
    """The columns of a line that is not written yet."""

    uid: uuid.UUID
    at: dt.datetime
    actor_id: int | None
    actor_name: str
    actor_role: str
    department_id: int | None
    verb: str
    object_kind: str
    object_id: str
    object_name: str
    words: str
    ip: str | None
    request_id: str


def record_all(lines: Iterable[Line]) -> None:
    """Write many lines, as `line` makes them, of whoever did what."""
    db.together(writing(lines))


def writing(lines: Iterable[Line]) -> list[db.Statement]:
    """The same, to be done together with other writes of the deed."""
    return _INSERT.statements(lines)


_INSERT: Final = db.Inserting(AuditEvent, each=Line._fields)


def line(
    *,
    by: Actor,
    verb: str,
    words: str,
    now: dt.datetime,
    on: Any = None,
    department_id: int | None = None,
) -> Line:
    """One line, not written yet."""
    return Line(
        uid=uuid7(),
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
