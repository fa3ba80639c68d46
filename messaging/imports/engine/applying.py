"""From checked rows to contacts that come into sight in one moment."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from messaging.contacts.models import Arrival, Contact, Group, Membership
from messaging.imports import sql
from messaging.imports.engine import statements
from messaging.imports.engine.pace import row_ranges
from messaging.imports.models import Import, ImportGroup, ImportRow
from messaging.imports.states import RowState, State
from smsportal.lib.db import Uuid7, analyse, insert_from_select


def apply(batch: Import, now: dt.datetime) -> None:
    """Leaves all but `finish`. Can be cut off anywhere and begun again."""
    if batch.arrival.at is None:
        _make_groups(batch)
        for first, last in row_ranges(batch, ImportRow):
            with transaction.atomic():
                _make_contacts(batch, first, last)
                Import.objects.filter(pk=batch.pk).update(done_count=last)
        analyse(Contact)
        with transaction.atomic():
            _show(batch, now)
    for first, last in row_ranges(batch, ImportRow):
        statements.run(sql.MARK_CHANGED, batch, first=first, last=last)


def _make_groups(batch: Import) -> None:
    """New ones are as if deleted until the others come into sight."""
    with transaction.atomic():
        known = known_groups(batch)
        wanted_groups = ImportGroup.objects.filter(batch=batch, is_on=True, is_new=False)
        for wanted in wanted_groups:
            if wanted.group_id is not None and wanted.group_id == batch.replaces_id:
                continue
            wanted.group = known.get(wanted.name.casefold())
            wanted.is_new = wanted.group is None
            if wanted.group is None:
                wanted.group = Group.objects.create(
                    department_id=batch.department_id,
                    owner_id=batch.owner_id,
                    name=wanted.name,
                    created_at=batch.stamped_at,
                    deleted_at=batch.stamped_at,
                )
            wanted.save(update_fields=["group", "is_new"])


def known_groups(batch: Import) -> dict[str, Group]:
    """The groups of its book by their names in small letters."""
    book = Group.objects.filter(department_id=batch.department_id, owner_id=batch.owner_id)
    return {group.name.casefold(): group for group in book.live()}


def _make_contacts(batch: Import, first: int, last: int) -> None:
    rows = ImportRow.objects.filter(batch=batch, row_no__range=(first, last), state=RowState.OK)
    owner = {} if batch.owner_id is None else {"owner": batch.owner_id}
    # A number that the book has is passed over by its unique index.
    insert_from_select(
        Contact,
        rows,
        uid=Uuid7(),
        department=batch.department_id,
        **owner,
        number=F("number"),
        first_name=F("first_name"),
        last_name=F("last_name"),
        created_at=batch.stamped_at,
        updated_at=batch.stamped_at,
        arrival=batch.arrival_id,
    )
    statements.run(sql.link(batch.owner_id), batch, first=first, last=last)
    statements.run(sql.JOIN_UNSEEN, batch, first=first, last=last)


def _show(batch: Import, now: dt.datetime) -> None:
    _use_groups_made_meanwhile(batch)
    statements.run(sql.rename(batch.policy), batch)
    statements.run(sql.JOIN_SEEN, batch)
    if batch.replaces_id is not None:
        statements.run(sql.LEAVERS, batch, group=batch.replaces_id)
        statements.run(sql.LEAVE, batch, group=batch.replaces_id)
    made = ImportGroup.objects.filter(batch=batch, is_new=True).values("group")
    Group.objects.filter(pk__in=made, deleted_at=batch.stamped_at).update(deleted_at=None)
    Arrival.objects.filter(pk=batch.arrival_id).update(at=now)


def _use_groups_made_meanwhile(batch: Import) -> None:
    """Somebody may have added a group of the same name while the contacts were being made."""
    known = known_groups(batch)
    for wanted in ImportGroup.objects.filter(batch=batch, is_new=True):
        group = known.get(wanted.name.casefold())
        if group is not None:
            members = Membership.objects.filter(group_id=wanted.group_id)
            insert_from_select(
                Membership,
                members,
                group=group.pk,
                contact=F("contact_id"),
                arrival=batch.arrival_id,
            )
            wanted.group, wanted.is_new = group, False
            wanted.save(update_fields=["group", "is_new"])


def finish(batch: Import, now: dt.datetime) -> bool:
    """APPLIED, with what it came to. False: that was done before."""
    rows = ImportRow.objects.filter(batch=batch, state=RowState.OK)
    new, changed = rows.filter(is_new=True).count(), rows.filter(is_changed=True).count()
    batch.counts |= {"new": new, "changed": changed, "unchanged": rows.count() - new - changed}
    applying = Import.objects.filter(pk=batch.pk, state=State.APPLYING)
    return bool(
        applying.update(state=State.APPLIED, applied_at=now, attempt_count=0, counts=batch.counts)
    )
