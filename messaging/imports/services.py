"""The wizard's four steps, and undo. An admin's import is global, a user's personal (S84)."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit import services as audit
from accounts.people.models import Person
from messaging.contacts.models import Arrival, Group
from messaging.contacts.names import NAME_LENGTH, tidy
from messaging.contacts.services import owner_of_new
from messaging.imports import errors, queries
from messaging.imports.engine import applying, correcting, running, undoing
from messaging.imports.engine.staging import stored_path
from messaging.imports.mapping import GROUPS_LIMIT, ONCE, Column, Target, columns_of
from messaging.imports.models import Import, ImportGroup
from messaging.imports.states import Policy, State
from smsportal.lib.bells import enqueue
from smsportal.lib.file_kinds import BadSpreadsheet
from smsportal.lib.ids import uuid7
from smsportal.lib.spreadsheets import open_sheet, shown_name

# Up to here the person's own request does the work: sooner than a page that asks how far it is.
AT_ONCE = 2_000


def start(
    *, source: bytes | str, name: str, replaces: Group | None = None, by: Person, now: dt.datetime
) -> Import:
    """Keep an uploaded file and guess its columns. Raises BadFile in words for what is no list.

    source: its bytes, or the path of them. replaces: the group of `by` whose members shall be
    those of the file.
    """
    owner = owner_of_new(by)
    if replaces is not None and not Group.objects.editable_by(by).filter(pk=replaces.pk).exists():
        raise PermissionDenied("This group is kept by somebody else.")
    try:
        sheet = open_sheet(source, name)
    except BadSpreadsheet as bad:
        raise errors.BadFile(bad.words) from None
    uid = uuid7()
    batch = Import(
        uid=uid,
        department_id=by.department_id,
        owner=owner,
        person=by,
        replaces=replaces,
        file_name=shown_name(name),
        stored_name=str(uid),
        row_count=sheet.row_count - sheet.has_header,
        has_headings=sheet.has_header,
        columns=[column.as_json() for column in columns_of(sheet, sheet.has_header)],
        created_at=now,
    )
    path = stored_path(batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(source if isinstance(source, bytes) else Path(source).read_bytes())
    batch.save()
    return batch


def match_columns(
    *, batch: Import, targets: list[str], has_headings: bool, by: Person, now: dt.datetime
) -> bool:
    """Step 2. False when the headings were not what we thought, so that the guess is a new one."""
    _require_own(batch, by)
    if has_headings != batch.has_headings:
        sheet = open_sheet(stored_path(batch), batch.file_name)
        columns = [column.as_json() for column in columns_of(sheet, has_headings)]
        count = sheet.row_count - has_headings
        _move(batch, has_headings=has_headings, columns=columns, row_count=count)
        return False
    matched = [Column(**column) for column in batch.columns]
    for column, target in zip(matched, targets, strict=True):
        column.target = str(Target(target))
    _check_columns(matched)
    with transaction.atomic():
        _move(batch, columns=[column.as_json() for column in matched])
        _find_groups(batch, matched)
    return True


def _check_columns(columns: list[Column]) -> None:
    targets = [column.target for column in columns]
    if Target.MOBILE not in targets:
        raise errors.NoMobileColumn
    for number, column in enumerate(columns):
        if column.target in ONCE and column.target in targets[:number]:
            raise errors.ColumnTwice(Target(column.target).label, number)
        if column.target == Target.GROUPS and column.names is None:
            raise errors.NotGroups(column.heading, GROUPS_LIMIT, number)


def _find_groups(batch: Import, columns: list[Column]) -> None:
    found: dict[str, ImportGroup] = {}

    def add(name: str, origin: str, count: int) -> None:
        group = found.setdefault(
            name.casefold(),
            ImportGroup(batch=batch, number=len(found), name=name, origin=origin),
        )
        group.row_count += count

    for column in columns:
        if column.target == Target.GROUPS:
            for name, count in (column.names or {}).items():
                add(name, f"named in the column {column.heading}", count)
        elif column.target == Target.TICKED:
            ticked = column.ticks or 0
            add(column.heading[:NAME_LENGTH], "ticked in the column of this name", ticked)
    ImportGroup.objects.filter(batch=batch).delete()
    ImportGroup.objects.bulk_create(found.values())


def choose_groups(
    *, batch: Import, on: Collection[int], everyone: str, by: Person, now: dt.datetime
) -> None:
    """Step 3, then the check. on: numbers of the groups; everyone: a group for all, or ''."""
    _require_own(batch, by)
    everyone = tidy(everyone)[:NAME_LENGTH]
    if ";" in everyone:
        raise errors.BadGroupName
    with transaction.atomic():
        _move(batch, state=State.CHECKING, everyone_group=everyone, done_count=0, attempt_count=0)
        groups = list(ImportGroup.objects.filter(batch=batch, origin__gt="").order_by("number"))
        ImportGroup.objects.filter(batch=batch).delete()
        for name in filter(None, (everyone, batch.replaces and batch.replaces.name)):
            same = [group for group in groups if group.name.casefold() == name.casefold()]
            if not same:
                groups.append(ImportGroup(batch=batch, name=name, row_count=batch.row_count))
            on = {*on, *(group.number for group in same)}
        known = applying.known_groups(batch)
        for number, group in enumerate(groups):
            group.is_on = not group.origin or group.number in on
            group.pk, group.number = None, number
            group.group = known.get(group.name.casefold())
        ImportGroup.objects.bulk_create(groups)
    _ring(batch, now)


def correct(*, batch: Import, fixes: Mapping[int, str], by: Person, now: dt.datetime) -> None:
    """Numbers typed anew for rows with a problem: row -> number.

    Raises StillWrong when one of those that were changed is no number either; the others count.
    """
    _require_own(batch, by)
    if batch.state != State.CHECKED:
        raise errors.OutOfTurn
    wrong = correcting.correct(batch, fixes)
    if wrong:
        raise errors.StillWrong(wrong)


def apply(*, batch: Import, policy: str, by: Person, now: dt.datetime) -> None:
    """Step 4: import what is fine, once, however often it is pressed."""
    _require_own(batch, by)
    if not queries.people_count(batch):
        raise errors.NothingToImport
    with transaction.atomic():
        changed = Import.objects.filter(pk=batch.pk, state=State.CHECKED).update(
            state=State.APPLYING,
            policy=Policy(policy),
            arrival=Arrival.objects.create(),
            stamped_at=now,
            done_count=0,
            attempt_count=0,
        )
        if not changed:
            raise errors.OutOfTurn
    _ring(batch, now)


def undo(*, batch: Import, by: Person, now: dt.datetime) -> None:
    """Raises UndoOver after 24 hours."""
    _require_own(batch, by)
    if not queries.can_be_undone(batch, now):
        raise errors.UndoOver
    with transaction.atomic():
        if not Import.objects.filter(pk=batch.pk, state=State.APPLIED).update(
            state=State.UNDOING, done_count=0, attempt_count=0
        ):
            raise errors.OutOfTurn
    _ring(batch, now)


def cancel(*, batch: Import, by: Person, now: dt.datetime) -> None:
    """Before it is imported: nothing has happened, and the file goes at once."""
    _require_own(batch, by)
    if Import.objects.filter(pk=batch.pk, state__in=(State.MATCHING, State.CHECKED)).update(
        state=State.CANCELLED, stored_name=""
    ):
        stored_path(batch).unlink(missing_ok=True)


def run(*, import_id: int, now: dt.datetime) -> bool:
    """The worker's part: check, apply or undo. False when there was nothing for us to do."""
    with running.turn(import_id) as batch:
        if batch is None:
            return False
        if running.work(batch, now):
            with transaction.atomic():
                _finish(batch, now)
        return True


def _finish(batch: Import, now: dt.datetime) -> None:
    # Activity is read by the admin: of a personal import it tells only how big it was.
    kind = "global contacts" if batch.is_global else "personal contacts"
    source = f"{kind} from {batch.file_name}" if batch.is_global else kind
    if batch.state == State.APPLYING:
        verb, done = "imports.applied", applying.finish(batch, now)
        came = "{new:,} new, {changed:,} changed, {unchanged:,} as they were"
        words = f"Imported {source}: {came.format(**batch.counts)}."
    else:
        verb, done = "imports.undone", undoing.finish(batch)
        kept = batch.counts["kept"]
        words = f"Undid the import of {source}."
        words += f" {kept:,} that had been changed since were kept." if kept else ""
    if done:
        on = batch if batch.is_global else None
        audit.record(by=batch.person, verb=verb, words=words, now=now, on=on)


def _ring(batch: Import, now: dt.datetime) -> None:
    if batch.row_count > AT_ONCE:
        enqueue("messaging.run_import", import_id=batch.pk)
    else:
        run(import_id=batch.pk, now=now)
    batch.refresh_from_db()


def _move(batch: Import, **values: object) -> None:
    """Back and forth before the import, until a worker or another click has it."""
    mine = Import.objects.filter(pk=batch.pk, state__in=(State.MATCHING, State.CHECKED))
    if not mine.update(**{"state": State.MATCHING, **values}):
        raise errors.OutOfTurn
    batch.refresh_from_db()


def _require_own(batch: Import, by: Person) -> None:
    owner_of_new(by)
    if not Import.objects.editable_by(by).filter(pk=batch.pk).exists():
        raise PermissionDenied("This import is somebody else's.")
