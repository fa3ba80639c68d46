"""Reading the file into rows that are fine, wrong, or the same number again."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from messaging.contacts.names import NAME_LENGTH, split_name
from messaging.imports.engine.pace import row_ranges
from messaging.imports.mapping import Target, cell_text, is_ticked, people_rows, row_groups
from messaging.imports.models import Import, ImportGroup, ImportMember, ImportRow
from messaging.imports.states import RowState, State
from smsportal.lib.db import analyse, insert_rows
from smsportal.lib.phones import BadNumber, from_cell
from smsportal.lib.spreadsheets import Cell, Row, Sheet, open_sheet

ROW_COLUMNS = (
    "batch", "row_no", "state", "number", "typed", "first_name", "last_name", "why",
    "suggestion", "is_new", "is_changed", "before_first_name", "before_last_name",
)  # fmt: skip
MEMBER_COLUMNS = ("batch", "row_no", "group_number")


class Read(NamedTuple):
    """One row as the file has it."""

    row_no: int
    number: str
    typed: str
    first_name: str
    last_name: str
    groups: list[int]
    was_repaired: bool
    why: str = ""
    suggestion: str = ""


def stored_path(batch: Import) -> Path:
    return Path(settings.UPLOAD_DIR) / batch.stored_name


def stage(batch: Import, now: dt.datetime) -> None:
    """Leaves the import CHECKED, with its rows and their counts. Raises BadSpreadsheet."""
    for model in (ImportRow, ImportMember):
        for first, last in row_ranges(batch, model):
            model.objects.filter(batch=batch, row_no__range=(first, last)).delete()
    sheet = open_sheet(stored_path(batch), batch.file_name)
    reader = Reader(batch, sheet)
    rows, members, counts = _judged(reader.read())
    staged = [(batch.pk, *row, False, False, "", "") for row in rows]
    for done in insert_rows(ImportRow, ROW_COLUMNS, staged):
        Import.objects.filter(pk=batch.pk).update(done_count=done)
    for _ in insert_rows(ImportMember, MEMBER_COLUMNS, ((batch.pk, *pair) for pair in members)):
        pass
    analyse(ImportRow)
    analyse(ImportMember)
    Import.objects.filter(pk=batch.pk, state=State.CHECKING).update(
        state=State.CHECKED, counts=counts, attempt_count=0
    )


StagedRow = tuple[int, str, str, str, str, str, str, str]


def _judged(
    reads: Iterable[Read],
) -> tuple[list[StagedRow], set[tuple[int, int]], dict[str, int]]:
    """Rows and memberships to keep, and counts. A number is one contact, its first row's.

    That contact is in the groups of all its rows, and has the first name that one of them gives.
    """
    kept: dict[int, Read] = {}
    first: dict[str, int] = {}
    members: set[tuple[int, int]] = set()
    counts = dict.fromkeys(("rows", "ok", "invalid", "duplicate", "repaired"), 0)
    for read in reads:
        counts["rows"] += 1
        counts["repaired"] += read.was_repaired
        at = first.setdefault(read.number, read.row_no) if read.number else read.row_no
        members.update((at, group) for group in read.groups)
        kept[read.row_no] = read
        if at != read.row_no:
            counts["duplicate"] += 1
            kept[at] = _with_names_of(kept[at], read)
    rows: list[StagedRow] = []
    for no, read in kept.items():
        state = RowState.INVALID
        if read.number:
            state = RowState.OK if first[read.number] == no else RowState.DUPLICATE
        counts["invalid"] += state is RowState.INVALID
        counts["ok"] += state is RowState.OK
        rows.append(
            (no, str(state), read.number, read.typed, read.first_name, read.last_name)
            + (read.why, read.suggestion)
        )
    return rows, members, counts


def _with_names_of(row: Read, again: Read) -> Read:
    if row.first_name and row.last_name:
        return row
    return row._replace(
        first_name=row.first_name or again.first_name, last_name=row.last_name or again.last_name
    )


class Reader:
    """Reads rows by the columns that the person has matched. Names are cut at 80 characters."""

    def __init__(self, batch: Import, sheet: Sheet) -> None:
        self.sheet = sheet
        self.has_headings = batch.has_headings
        groups = ImportGroup.objects.filter(batch=batch, is_on=True)
        self.numbers = {group.name.casefold(): group.number for group in groups}
        everyone = [batch.everyone_group] if batch.everyone_group else []
        if batch.replaces is not None:
            everyone.append(batch.replaces.name)
        self.everyone = [self.numbers[name.casefold()] for name in everyone]
        self.places: dict[str, list[int]] = {target: [] for target in Target.values}
        for place, column in enumerate(batch.columns):
            self.places[column["target"]].append(place)
        self.ticked = [
            (place, self.numbers[name])
            for place in self.places[Target.TICKED]
            if (name := batch.columns[place]["heading"][:NAME_LENGTH].casefold()) in self.numbers
        ]
        self.mobile = self.places[Target.MOBILE][0]
        self._known_cells: dict[Cell, list[int]] = {}

    def read(self) -> Iterator[Read]:
        for at, row in people_rows(self.sheet, self.has_headings):
            yield self._read(at, row)

    def _read(self, at: int, row: Row) -> Read:
        cell = _cell(row, self.mobile)
        names = self._names(row)
        row_no, groups = self.sheet.row_number(at), self._groups(row)
        try:
            number, was_repaired = from_cell(cell)
        except BadNumber as bad:
            if bad.reason == "excel":
                bad = _damaged(cell, self.sheet.address(at, self.mobile))
            typed = cell_text(cell)[:80]
            return Read(row_no, "", typed, *names, groups, False, bad.row_words[:300],
                        bad.suggestion or "")  # fmt: skip
        return Read(row_no, number, cell_text(cell)[:80], *names, groups, was_repaired)

    def _names(self, row: Row) -> tuple[str, str]:
        first = last = ""
        for place in self.places[Target.FULL_NAME]:
            first, last = split_name(cell_text(_cell(row, place)))
        for place in self.places[Target.FIRST_NAME]:
            first = cell_text(_cell(row, place))
        for place in self.places[Target.LAST_NAME]:
            last = cell_text(_cell(row, place))
        return first[:NAME_LENGTH].strip(), last[:NAME_LENGTH].strip()

    def _groups(self, row: Row) -> list[int]:
        numbers = list(self.everyone)
        for place in self.places[Target.GROUPS]:
            numbers += self._named(_cell(row, place))
        numbers += [n for place, n in self.ticked if is_ticked(cell_text(_cell(row, place)))]
        return numbers

    def _named(self, cell: Cell) -> list[int]:
        """The numbers of the groups in a cell; few different cells fill a whole column."""
        if cell not in self._known_cells:
            names = [name.casefold() for name in row_groups(cell_text(cell))]
            self._known_cells[cell] = [self.numbers[n] for n in names if n in self.numbers]
        return self._known_cells[cell]


def _cell(row: Row, place: int) -> Cell:
    return row[place] if place < len(row) else ""


def _damaged(cell: Cell, address: str) -> BadNumber:
    try:
        from_cell(cell, cell=address)
    except BadNumber as bad:
        return bad
    raise AssertionError("A number was damaged and then was not.")
