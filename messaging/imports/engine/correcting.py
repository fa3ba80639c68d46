"""Numbers that a person typed anew for rows with a problem."""

from collections.abc import Mapping

from django.db import transaction

from messaging.imports.models import Import, ImportMember, ImportRow
from messaging.imports.states import RowState
from smsportal.lib.db import update_many
from smsportal.lib.phones import BadNumber, CellNumber, from_cell

COLUMNS = ("state", "number", "typed", "why", "suggestion")


def correct(batch: Import, fixes: Mapping[int, str]) -> int:
    """Keeps every number as typed, and answers how many of the changed ones are still wrong.

    Boxes that are empty or as they were leave their row out.
    """
    rows = ImportRow.objects.filter(batch=batch, state=RowState.INVALID, row_no__in=list(fixes))
    changed = {
        row: typed
        for row in rows
        if (typed := fixes[row.row_no].strip()[:80]) and typed != row.typed
    }
    wrong, right = 0, {}
    values = []
    for row, typed in changed.items():
        read = _read(typed)
        if isinstance(read, BadNumber):
            wrong += 1
            why = read.row_words[:300], read.suggestion or ""
            values.append((row.pk, RowState.INVALID, "", typed, *why))
        else:
            right[row] = read.e164
    with transaction.atomic():
        values += _fine(batch, right, changed)
        update_many(rows, values, COLUMNS)
        _count(batch)
    return wrong


def _read(typed: str) -> CellNumber | BadNumber:
    try:
        return from_cell(typed)
    except BadNumber as bad:
        return bad


def _fine(
    batch: Import, right: Mapping[ImportRow, str], typed: Mapping[ImportRow, str]
) -> list[tuple]:
    """The corrected rows; one whose number another row has lends that row its groups."""
    fine = ImportRow.objects.filter(batch=batch, state=RowState.OK, number__in=right.values())
    first = dict(fine.values_list("number", "row_no"))
    values, same = [], {}
    for row, number in right.items():
        at = first.setdefault(number, row.row_no)
        if at != row.row_no:
            same[row.row_no] = at
        state = RowState.OK if at == row.row_no else RowState.DUPLICATE
        values.append((row.pk, state, number, typed[row], "", ""))
    lent = ImportMember.objects.filter(batch=batch, row_no__in=list(same))
    ImportMember.objects.bulk_create(
        [
            ImportMember(batch=batch, row_no=same[member.row_no], group_number=member.group_number)
            for member in lent
        ],
        ignore_conflicts=True,
    )
    return values


def _count(batch: Import) -> None:
    rows = ImportRow.objects.filter(batch=batch)
    counts = {
        str(state): rows.filter(state=state).count()
        for state in (RowState.OK, RowState.INVALID, RowState.DUPLICATE)
    }
    batch.counts = {**batch.counts, **counts}
    batch.save(update_fields=["counts"])
