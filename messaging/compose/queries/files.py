"""What the page of an uploaded file shows."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from messaging.compose.models import Draft, Upload
from messaging.sending.models import BasketRow, Batch, RowSource, RowState
from messaging.text.fields import key_of
from smsportal.lib.phones import display

WRONG_SHOWN = 200


@dataclass(frozen=True)
class Figures:
    goes: int
    repaired: int
    duplicate: int
    opted_out: int
    wrong: int

    @property
    def usable(self) -> int:
        """What the link By Import says: everybody with a number."""
        return self.goes + self.duplicate + self.opted_out


@dataclass(frozen=True)
class WrongRow:
    """A row that cannot be used. value: what its box holds to begin with."""

    row_no: int
    cell: str
    typed: str
    value: str
    why: str
    suggestion: str
    is_damaged: bool


def figures(upload: Upload) -> Figures:
    rows = _rows(upload)
    usable = ~Q(state=RowState.REFUSED)
    return Figures(
        **rows.aggregate(
            goes=Count("pk", filter=Q(state=RowState.OK)),
            repaired=Count("pk", filter=usable & ~Q(why="")),
            duplicate=Count("pk", filter=Q(state=RowState.DUPLICATE)),
            opted_out=Count("pk", filter=Q(state=RowState.OPTED_OUT)),
            wrong=Count("pk", filter=Q(state=RowState.REFUSED)),
        )
    )


def wrong_rows(upload: Upload, *, limit: int | None = WRONG_SHOWN) -> list[WrongRow]:
    """The first of them; the rest are shown as these are put right."""
    rows = _rows(upload).filter(state=RowState.REFUSED).order_by("row_no")[:limit]
    return [_wrong(row, upload.letter) for row in rows]


def _wrong(row: BasketRow, letter: str) -> WrongRow:
    is_damaged = row.why.startswith("Excel has shortened")
    suggestion = display(row.suggestion) if row.suggestion else ""
    return WrongRow(
        row_no=row.row_no,
        cell=f"{letter}{row.file_row}",
        typed=row.typed,
        value="" if is_damaged else suggestion or row.typed,
        why=row.why,
        suggestion=suggestion,
        is_damaged=is_damaged,
    )


def rows_that_go(upload: Upload) -> QuerySet[BasketRow]:
    return _rows(upload).filter(state=RowState.OK).order_by("row_no")


def fields(upload: Upload) -> list[str]:
    """The columns that can be used in the message, as ((fields))."""
    if not upload.has_header:
        return []
    columns = enumerate(upload.columns)
    return [name for at, name in columns if at != upload.number_column and key_of(name)]


def values_of(row: BasketRow, names: list[str]) -> list[str]:
    """What the row has in these columns; the two name columns are kept as names."""
    kept = {"firstname": row.first_name, "lastname": row.last_name}
    return [kept.get(key_of(name), (row.values or {}).get(name, "")) for name in names]


def used_before(upload: Upload) -> Batch | None:
    """The newest message of this person that went to the same file."""
    same = Upload.objects.filter(sha256=upload.sha256, draft__person=upload.draft.person)
    keys = Draft.objects.filter(uploads__in=same, sent_at__isnull=False).values("uid")
    return Batch.objects.filter(request_key__in=keys).order_by("-accepted_at").first()


def _rows(upload: Upload) -> QuerySet[BasketRow]:
    return BasketRow.objects.filter(
        basket=upload.draft.basket_id, source=RowSource.FILE, source_uid=upload.uid
    )
