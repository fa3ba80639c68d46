"""Upload CSV/Excel: a file of numbers, checked row by row, saved to nobody's contacts."""

import datetime as dt
import hashlib
from collections.abc import Mapping

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.people.models import Person
from messaging.compose.engine import deeds, rows, sheet
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft, Upload
from messaging.compose.services import recipients
from messaging.compose.services.drafts import opened
from messaging.sending.engine import opted_out
from messaging.sending.models import BasketRow, RowSource, RowState
from smsportal.lib.db import CHUNK
from smsportal.lib.errors import Refused
from smsportal.lib.file_kinds import BadSpreadsheet
from smsportal.lib.spreadsheets import open_sheet, shown_name

KEPT_FOR = dt.timedelta(hours=24)


def upload(*, draft: Draft, file: UploadedFile, by: Person, now: dt.datetime) -> Upload:
    """Reads the file and adds its people; it takes the place of one uploaded before.

    Raises Refused in words about the file.
    """
    content = file.read()
    name = shown_name(file.name or "The file")
    try:
        opened_sheet = open_sheet(content, name)
    except BadSpreadsheet as bad:
        raise Refused(bad.words, field="file") from None
    seen = sheet.look(opened_sheet)
    with transaction.atomic():
        draft = opened(uid=draft.uid, by=by, now=now)
        sheet.forget(list(draft.uploads.all()))
        kept = Upload.objects.create(
            draft=draft,
            file_name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            columns=[column[:80] for column in seen.columns],
            phone_columns=seen.phone_columns,
            has_header=opened_sheet.has_header,
            letters=[sheet.letters(opened_sheet, at) for at in range(len(seen.columns))],
            row_count=opened_sheet.row_count - opened_sheet.has_header,
            created_at=now,
        )
        path = sheet.path_of(kept)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if len(seen.phone_columns) == 1:
            _fill(draft, kept, seen.phone_columns[0], now)
    return kept


@transaction.atomic
def choose_column(*, kept: Upload, column: int, by: Person, now: dt.datetime) -> Upload:
    """Which column has the numbers, where two of them could."""
    draft = opened(uid=kept.draft.uid, by=by, now=now)
    if not 0 <= column < len(kept.columns):
        raise Refused("Choose the column that has the mobile numbers.", field="column")
    _fill(draft, kept, column, now)
    return kept


def _fill(draft: Draft, kept: Upload, column: int, now: dt.datetime) -> None:
    kept.number_column = column
    kept.save(update_fields=["number_column"])
    draft.columns = [name for at, name in enumerate(kept.columns) if at != column]
    draft.save(update_fields=["columns"])
    recipients.arrange(draft, [{"do": "file", "uid": str(kept.uid)}], now=now)


@transaction.atomic
def correct(*, kept: Upload, numbers: Mapping[int, str], by: Person, now: dt.datetime) -> int:
    """Rows that could not be used, typed again: {row_no: number}. Answers how many are right now.

    Those still wrong keep what was typed and say why.
    """
    draft = opened(uid=kept.draft.uid, by=by, now=now)
    wrong = BasketRow.objects.filter(
        basket=draft.basket, source=RowSource.FILE, state=RowState.REFUSED, row_no__in=numbers
    )
    changed = [
        deeds.numbered(row, numbers[row.row_no]) for row in wrong[:CHUNK] if numbers[row.row_no]
    ]
    if draft.basket.is_frozen:
        raise AlreadySent
    right = [row for row in changed if row.number]
    rows.put_right(draft.basket, changed, now=now)
    if draft.is_emergency:
        opted_out.let_in(draft.basket)
    return len(right)


def forget_old_files(*, now: dt.datetime) -> int:
    """Deletes the files of a day ago; who was in them stays with the message."""
    old = Upload.objects.filter(created_at__lt=now - KEPT_FOR, is_deleted=False)
    return sheet.forget(list(old))
