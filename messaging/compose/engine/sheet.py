"""Reading a file of numbers: which column has them, and a basket row for each person."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from messaging.compose.models import Upload
from messaging.sending.models import BasketRow, RowSource
from messaging.text.fields import key_of
from smsportal.lib.db import CHUNK
from smsportal.lib.file_kinds import BadSpreadsheet
from smsportal.lib.phones import BadNumber, from_cell
from smsportal.lib.spreadsheets import Cell, Row, Sheet, open_sheet

REPAIRED = "The first 0 was missing."
LOOKED_AT = 1000  # rows that say which column has the numbers
FIRST_NAMES = {"firstname", "forename", "givenname"}
LAST_NAMES = {"lastname", "surname", "familyname"}


@dataclass(frozen=True)
class Look:
    """columns: a name for each; phone_columns: those that seem to have mobiles, best first."""

    columns: list[str]
    phone_columns: list[int]


def path_of(upload: Upload) -> Path:
    return Path(settings.UPLOAD_DIR) / f"numbers-{upload.uid}"


def forget(old: list[Upload]) -> int:
    """Deletes the files; who was in them stays in the basket."""
    for each in old:
        path_of(each).unlink(missing_ok=True)
    return Upload.objects.filter(pk__in=[each.pk for each in old]).update(is_deleted=True)


def look(sheet: Sheet) -> Look:
    header = sheet.header
    columns = [
        (header[at] if at < len(header) else "") or f"Column {letters(sheet, at)}"
        for at in range(sheet.width)
    ]
    counts: Counter[int] = Counter()
    for row in islice(sheet.rows, LOOKED_AT):
        counts.update(at for at, cell in enumerate(row) if _is_mobile(cell))
    best = max(counts.values(), default=0)
    # A few numbers in a column of notes are no second column of phones.
    phones = [at for at, count in counts.items() if count * 2 >= best]
    return Look(columns, sorted(phones, key=lambda at: (-counts[at], at)) or [0])


def letters(sheet: Sheet, column: int) -> str:
    return re.sub(r"\d", "", sheet.address(0, column))


def basket_rows(upload: Upload) -> Iterator[list[BasketRow]]:
    """The people of the file, at most CHUNK at a time. Raises BadSpreadsheet."""
    if upload.number_column is None:
        return
    try:
        sheet = open_sheet(path_of(upload), upload.file_name)
    except FileNotFoundError:
        raise BadSpreadsheet(
            f"{upload.file_name} was deleted, as files are after a day. Upload it again."
        ) from None
    people = _people(sheet, upload)
    while part := list(islice(people, CHUNK)):
        yield part


def _people(sheet: Sheet, upload: Upload) -> Iterator[BasketRow]:
    header_seen = not upload.has_header
    for at, row in enumerate(sheet.rows):
        if not row:
            continue
        if not header_seen:
            header_seen = True
            continue
        yield _person(row, upload, sheet.row_number(at))


def _person(row: Row, upload: Upload, file_row: int) -> BasketRow:
    column = upload.number_column or 0
    cell = row[column] if column < len(row) else ""
    person = BasketRow(
        typed=str(cell).strip()[:80], file_row=file_row, source=RowSource.FILE, values={}
    )
    person.source_uid = upload.uid
    _take_number(person, cell, f"{upload.letter}{file_row}")
    for at, name in enumerate(upload.columns):
        if at != column:
            _take_value(person, name, str(row[at]).strip() if at < len(row) else "")
    return person


def _take_number(person: BasketRow, cell: Cell, address: str) -> None:
    try:
        found = from_cell(cell, cell=address)
    except BadNumber as bad:
        person.why, person.suggestion = bad.row_words[:300], bad.suggestion or ""
    else:
        person.number, person.why = found.e164, REPAIRED if found.repaired else ""


def _take_value(person: BasketRow, name: str, value: str) -> None:
    key = key_of(name)
    if key in FIRST_NAMES:
        person.first_name = value[:80]
    elif key in LAST_NAMES:
        person.last_name = value[:80]
    if key not in ("firstname", "lastname"):
        person.values[name] = value


def _is_mobile(cell: Cell) -> bool:
    try:
        from_cell(cell)
    except BadNumber:
        return False
    return True
