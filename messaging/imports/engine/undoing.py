"""Back to what the book was, except where somebody has worked on since."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef

from messaging.contacts.models import Arrival, Contact, Group, Membership
from messaging.imports import sql
from messaging.imports.engine import statements
from messaging.imports.engine.pace import row_ranges
from messaging.imports.models import Import, ImportGroup, ImportRow
from messaging.imports.states import RowState, State
from smsportal.lib.db import CHUNK


def undo(batch: Import, now: dt.datetime) -> None:
    """Leaves all but `finish`. Can be cut off anywhere and begun again."""
    if batch.undone_at is None:
        for first, last in row_ranges(batch, ImportRow):
            with transaction.atomic():
                statements.run(sql.MARK_KEPT, batch, first=first, last=last)
                statements.run(sql.RELEASE_KEPT, batch, first=first, last=last)
                Import.objects.filter(pk=batch.pk).update(done_count=last)
        members = statements.ids(sql.SEEN_MEMBERS, batch)
        with transaction.atomic():
            _hide(batch, members, now)
    delete_unseen(batch, now)


def delete_unseen(batch: Import, now: dt.datetime) -> None:
    """What nobody sees any more, or never saw, and still holds its numbers."""
    for first, last in row_ranges(batch, ImportRow):
        with transaction.atomic():
            statements.run(sql.LEAVE_UNSEEN, batch, first=first, last=last)
            statements.run(sql.DELETE_UNSEEN, batch, first=first, last=last, now=now)


def _hide(batch: Import, members: list[int], now: dt.datetime) -> None:
    statements.run(sql.NAME_BACK, batch, now=now)
    _delete_groups_nobody_else_uses(batch, now)
    statements.run(sql.LEAVE_SEEN, batch)
    for start in range(0, len(members), CHUNK):
        Membership.objects.filter(pk__in=members[start : start + CHUNK]).delete()
    if batch.replaces_id is not None:
        statements.run(sql.LEAVERS_COME_BACK, batch, group=batch.replaces_id)
    Arrival.objects.filter(pk=batch.arrival_id).update(at=None)
    Import.objects.filter(pk=batch.pk).update(undone_at=now)


def _delete_groups_nobody_else_uses(batch: Import, now: dt.datetime) -> None:
    made = ImportGroup.objects.filter(batch=batch, is_new=True).values("group")
    others = Membership.objects.filter(group=OuterRef("pk")).exclude(arrival=batch.arrival_id)
    kept = Contact.objects.filter(
        pk__in=ImportRow.objects.filter(batch=batch, state=RowState.KEPT).values("contact"),
        deleted_at__isnull=True,
    )
    stay = Membership.objects.filter(group=OuterRef("pk"), contact__in=kept)
    Group.objects.filter(
        ~Exists(others), ~Exists(stay), pk__in=made, deleted_at__isnull=True
    ).update(deleted_at=now)


def finish(batch: Import) -> bool:
    """UNDONE, with what was left alone. False: that was done before."""
    batch.counts["kept"] = ImportRow.objects.filter(batch=batch, state=RowState.KEPT).count()
    undoing = Import.objects.filter(pk=batch.pk, state=State.UNDOING)
    return bool(undoing.update(state=State.UNDONE, attempt_count=0, counts=batch.counts))
