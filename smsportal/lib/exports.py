"""Tables that people take away, as CSV or XLSX, safe to open and good to import again.

A cell that a spreadsheet would take for a formula gets a ' before it; `unescape` takes exactly
that away, and the reader of spreadsheets does so. Phone numbers go in as people write them,
07700 900123, which no spreadsheet takes for a number.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Final

import xlsxwriter

from smsportal.lib.phones import display

Cell = str | int | float | Decimal | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Any number of ' first, so that a cell which already has one comes back with it.
_LIKE_A_FORMULA: Final = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_CHUNK: Final = 500  # rows that are encoded together
_LONGEST_XLSX_CELL: Final = 32_767


def escape(text: str) -> str:
    return "'" + text if _LIKE_A_FORMULA.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if text.startswith("'") and _LIKE_A_FORMULA.match(text) else text


def phone_cell(e164: str) -> str:
    """A number as an export writes it; an import reads it as the same number."""
    return display(e164)


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Bytes of a CSV file, a few hundred rows at a time, for a streaming answer.

    Excel reads UTF-8 only behind a BOM. Every cell is quoted: where ; separates, an unquoted comma
    file would be cut elsewhere, and a formula could begin in the middle of a name.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    buffer.write("\ufeff")
    writer.writerow([escape(title) for title in header])
    for count, row in enumerate(rows, start=1):
        writer.writerow([_safe(cell) for cell in row])
        if count % _CHUNK == 0:
            yield _taken_from(buffer)
    yield _taken_from(buffer)


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """An open temporary file, at its start, which is gone when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the answer that sends it closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, escape(title), bold)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_xlsx(sheet, at, column, cell)
    file.seek(0)
    return file


def _write_xlsx(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, escape(cell)[:_LONGEST_XLSX_CELL])
    elif cell is not None:
        sheet.write_number(row, column, float(cell))


def _safe(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return "" if cell is None else str(cell)


def _taken_from(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return chunk
