"""What the pages of the wizard ask."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from messaging.contacts.names import join_groups
from messaging.imports import sql
from messaging.imports.models import Import, ImportGroup, ImportMember, ImportRow
from messaging.imports.states import Policy, RowState
from messaging.senders.models import OptOut

BAD_SHOWN = 50
CHANGES_SHOWN = 5
KEPT_SHOWN = 100
BAD_HEADINGS = ["Row", "Mobile", "FirstName", "LastName", "Groups", "What is wrong"]

_DIFFERS = "(c.first_name <> {first} OR c.last_name <> {last})"
_BOTH = """
FROM (
  SELECT r.*, {contact} AS known_id FROM messaging_importrow AS r
  WHERE r.batch_id = %(batch)s AND r.state = 'ok'
) AS r
LEFT JOIN messaging_contact AS c ON c.id = r.known_id
"""
_GAINS = """EXISTS (
  SELECT 1 FROM messaging_importmember AS m
  JOIN messaging_importgroup AS g ON g.batch_id = m.batch_id AND g.number = m.group_number
  WHERE m.batch_id = r.batch_id AND m.row_no = r.row_no AND g.is_on AND NOT EXISTS (
    SELECT 1 FROM messaging_membership AS has
    WHERE has.group_id = g.group_id AND has.contact_id = c.id))"""


@dataclass(frozen=True)
class DryRun:
    """What pressing Import would do: contacts. changed, unchanged: by policy."""

    new: int
    known: int
    changed: dict[str, int]

    @property
    def unchanged(self) -> dict[str, int]:
        return {policy: self.known - count for policy, count in self.changed.items()}

    @property
    def choices(self) -> list[tuple[str, str, int]]:
        return [(value, label, self.changed[value]) for value, label in Policy.choices]


def dry_run(batch: Import) -> DryRun:
    differs = ", ".join(f"{_differs(policy)} AS by_{policy}" for policy in Policy.values)
    rows = f"SELECT c.id AS known, {differs}, {_GAINS} AS gains {_both(batch)}"
    sums = ", ".join(
        f"SUM(CASE WHEN known IS NOT NULL AND (by_{policy} OR gains) THEN 1 ELSE 0 END)"
        for policy in Policy.values
    )
    counts = _select(f"SELECT COUNT(*), COUNT(known), {sums} FROM ({rows}) AS found", batch)[0]
    total, known, *changed = (count or 0 for count in counts)
    return DryRun(total - known, known, dict(zip(Policy.values, changed, strict=True)))


@dataclass(frozen=True)
class Change:
    """A name before, and after by each policy that changes names."""

    number: str
    before: str
    overwrite: str
    fill: str


def changes(batch: Import) -> list[Change]:
    """The first contacts whose names the file would change."""
    names = ", ".join(
        f"{_new('first_name', policy)}, {_new('last_name', policy)}"
        for policy in (Policy.OVERWRITE, Policy.FILL)
    )
    rows = _select(
        f"SELECT r.number, c.first_name, c.last_name, {names} {_both(batch)} "
        f"WHERE c.id IS NOT NULL AND {_differs(Policy.OVERWRITE)} "
        f"ORDER BY r.row_no LIMIT {CHANGES_SHOWN}",
        batch,
    )
    return [
        Change(number, *(f"{a} {b}".strip() for a, b in zip(n[::2], n[1::2], strict=True)))
        for number, *n in rows
    ]


def people_count(batch: Import) -> int:
    return ImportRow.objects.filter(batch=batch, state=RowState.OK).count()


def bad_rows(batch: Import) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(batch=batch, state=RowState.INVALID).order_by("row_no")


def bad_file_rows(batch: Import) -> Iterator[list[str]]:
    """The rows that were left out, to be corrected and imported by themselves."""
    names = dict(ImportGroup.objects.filter(batch=batch).values_list("number", "name"))
    groups: dict[int, list[str]] = {}
    members = ImportMember.objects.filter(batch=batch, row_no__in=bad_rows(batch).values("row_no"))
    for row_no, number in members.values_list("row_no", "group_number").order_by("group_number"):
        groups.setdefault(row_no, []).append(names[number])
    for row in bad_rows(batch).iterator():
        joined = join_groups(groups.get(row.row_no, []))
        yield [str(row.row_no), row.typed, row.first_name, row.last_name, joined, row.why]


def groups(batch: Import) -> QuerySet[ImportGroup]:
    """Those that are switched on, with `people_count`: their rows that are fine."""
    fine = ImportRow.objects.filter(
        batch=batch, row_no=OuterRef("row_no"), state__in=(RowState.OK, RowState.KEPT)
    )
    members = ImportMember.objects.filter(Exists(fine), batch=batch)
    counts = dict(
        members.order_by()
        .values_list("group_number")
        .annotate(n=Count("pk"))
        .values_list("group_number", "n")
    )
    on = ImportGroup.objects.filter(batch=batch, is_on=True).order_by("number")
    for group in on:
        group.people_count = counts.get(group.number, 0)
    return on


def opted_out(batch: Import) -> QuerySet[OptOut]:
    numbers = ImportRow.objects.filter(batch=batch, state=RowState.OK).values("number")
    return OptOut.objects.standing(batch.department_id).filter(number__in=numbers).order_by("at")


def kept(batch: Import) -> QuerySet[ImportRow]:
    """What undo left alone."""
    rows = ImportRow.objects.filter(batch=batch, state=RowState.KEPT)
    return rows.select_related("contact").order_by("row_no")


def can_be_undone(batch: Import, now: dt.datetime) -> bool:
    return batch.undo_until is not None and batch.undone_at is None and now < batch.undo_until


def _differs(policy: str) -> str:
    return _DIFFERS.format(first=_new("first_name", policy), last=_new("last_name", policy))


def _new(name: str, policy: str) -> str:
    return sql.new_name(name, policy)


def _both(batch: Import) -> str:
    return _BOTH.format(contact=sql.contact_of_row(batch.owner_id))


def _select(query: str, batch: Import) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {"batch": batch.pk, "department": batch.department_id, "owner": batch.owner_id},
        )
        return cursor.fetchall()
