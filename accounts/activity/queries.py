"""Questions to the audit trail: filters, and pages that are as fast at the end as at the start."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.activity.verbs import GROUPS
from accounts.audit.actors import Actor
from accounts.audit.models import AuditEvent, AuditEventQuerySet
from smsportal.lib.walltime import LONDON, start_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class Asked:
    """What to look for; an empty part asks nothing. from_on, to_on: days in London, inclusive."""

    words: str = ""
    who: str = ""
    what: str = ""
    department_id: int | None = None
    object_id: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None


@dataclass(frozen=True)
class EventPage:
    """events: newest first. older, newer: the line to continue from, None at an end."""

    events: list[AuditEvent]
    older: UUID | None
    newer: UUID | None


def events(person: Actor, asked: Asked) -> AuditEventQuerySet:
    """What `person` may see of what was asked, newest first."""
    found = AuditEvent.objects.visible_to(person)
    for word in asked.words.split():
        found = found.filter(
            Q(words__icontains=word)
            | Q(object_name__icontains=word)
            | Q(actor_name__icontains=word)
            | Q(request_id__iexact=word)
        )
    for word in asked.who.split():
        found = found.filter(actor_name__icontains=word)
    if asked.what in GROUPS:
        _, nouns = GROUPS[asked.what]
        found = found.filter(_any([Q(verb__startswith=f"{noun}.") for noun in nouns]))
    if asked.department_id:
        found = found.filter(department_id=asked.department_id)
    if asked.object_id:
        found = found.filter(object_id=asked.object_id)
    if asked.from_on:
        found = found.filter(at__gte=start_of(asked.from_on))
    if asked.to_on:
        found = found.filter(at__lt=start_of(asked.to_on + dt.timedelta(days=1)))
    return found.order_by("-at", "-pk")


def page(
    found: AuditEventQuerySet, *, before: UUID | None = None, after: UUID | None = None
) -> EventPage:
    """The lines older than the line `before`, or newer than `after`; else the newest ones.

    Continues from a line and not from a count, so that new lines shift nothing and the last page
    of a million lines costs what the first one costs.
    """
    if after and (mark := found.filter(uid=after).first()):
        newer = found.filter(at__gte=mark.at).filter(Q(at__gt=mark.at) | Q(pk__gt=mark.pk))
        rows = list(newer.order_by("at", "pk")[: PAGE_SIZE + 1])
        if len(rows) > PAGE_SIZE:
            return EventPage(rows[:PAGE_SIZE][::-1], older=rows[0].uid, newer=rows[-2].uid)
    mark = found.filter(uid=before).first() if before else None
    if mark:
        found = found.filter(at__lte=mark.at).filter(Q(at__lt=mark.at) | Q(pk__lt=mark.pk))
    rows = list(found[: PAGE_SIZE + 1])
    is_more = len(rows) > PAGE_SIZE
    return EventPage(
        rows[:PAGE_SIZE],
        older=rows[PAGE_SIZE - 1].uid if is_more else None,
        newer=rows[0].uid if mark and rows else None,
    )


COLUMNS = ("When", "Who", "Username", "Role", "What", "About", "From", "Reference")


def rows(found: AuditEventQuerySet) -> Iterator[tuple[str, ...]]:
    """The lines as a table to take away; times are London's."""
    for event in found.iterator(chunk_size=1000):
        yield (
            f"{event.at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}",
            event.who,
            event.username,
            event.actor_role,
            event.words,
            event.object_name,
            event.ip or "",
            event.request_id,
        )


def _any(conditions: list[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole
