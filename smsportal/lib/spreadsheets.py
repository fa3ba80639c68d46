"""Spreadsheets that people upload, as rows of strings and numbers: CSV, XLSX, XLS and ODS.

The bytes say what a file is, never its name. What we cannot read is refused in words; a workbook is
read by another process (workbook.py), so one made to do harm ends that process alone.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from smsportal.lib.exports import unescape
from smsportal.lib.file_kinds import BadSpreadsheet, Limits, kind_of

Cell = str | int | float
Row = list[Cell]

_READER: Final = Path(__file__).with_name("workbook.py")
# The reader sees no secret of ours, and does not spend a second describing how it was ended.
_ENVIRONMENT: Final = {
    **{name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
    "RUST_BACKTRACE": "0",
}
# No spreadsheet goes further; empty cells and rows beyond our own limits are only left over.
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_LOOK_AHEAD: Final = 20  # rows that say whether there is a header, and what separates

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_DELIMITERS: Final = ",;\t|"
_NAMED_DELIMITER: Final = re.compile("sep=([,;\t|])\r?\n")  # Excel writes and reads this line
_HEADINGS: Final = re.compile(
    r"\W*(mobile|mob|phone|tel(ephone)?|cell|number|msisdn|e-?mail|groups?|contact"
    r"|(first|last|full|sur|fore)?[ _-]*name)\b",
    re.IGNORECASE,
)
_LONG_NUMBER: Final = re.compile(r"(?:[0-9][ ().+-]*){6}")


class Sheet:
    """One sheet, within its limits.

    `rows` begins anew each time it is asked for, and has an empty list for an empty row, so that
    places stay what the person sees; rows may be shorter than `width`.
    """

    def __init__(
        self, name: str, rows: Callable[[], Iterator[Row]], *, first: tuple[int, int] = (0, 0)
    ) -> None:
        self.name = name
        self._rows = rows
        self._first_row, self._first_column = first
        self.width = 0
        self.row_count = 0  # with something in them, header included
        self.has_header = _looks_like_a_header(self.rows)

    @property
    def rows(self) -> Iterator[Row]:
        return self._rows()

    @property
    def header(self) -> list[str]:
        """The headings, or [] where the first row is already a person."""
        first = next((row for row in self.rows if row), []) if self.has_header else []
        return [str(cell).strip() for cell in first]

    def address(self, row: int, column: int) -> str:
        """A41, for the place of a cell in `rows`, counted from 0."""
        return f"{_letters(self._first_column + column)}{self.row_number(row)}"

    def row_number(self, row: int) -> int:
        """The number that the spreadsheet shows beside a row of `rows`, counted from 0."""
        return self._first_row + row + 1

    def check(self, limits: Limits) -> None:
        """Measures the sheet. Raises BadSpreadsheet for what is over the limits."""
        most = limits.rows + self.has_header
        for at, row in enumerate(self.rows):
            if row:
                self.row_count += 1
                self.width = max(self.width, len(row))
            if self.row_count > most or at >= _LAST_ROW:
                raise _too_many_rows(self.name, limits)
            if len(row) > limits.columns:
                raise _too_many_columns(self.name, len(row), limits)
            for column, cell in enumerate(row):
                if isinstance(cell, str) and len(cell) > limits.cell:
                    words = f"The text in cell {self.address(at, column)} is too long"
                    raise BadSpreadsheet(f"{words}. A cell can have {limits.cell:,} characters.")
        if not self.row_count:
            raise BadSpreadsheet(f"{self.name} is empty.")


def open_sheet(source: bytes | str | Path, name: str, limits: Limits | None = None) -> Sheet:
    """The first sheet with something in it. Raises BadSpreadsheet, in words for the person."""
    limits = limits or Limits()
    name = shown_name(name)
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > limits.size:
        words = f"{name} is {size / 1024**2:.1f} MB"
        raise BadSpreadsheet(f"{words}. A file can be up to {limits.size // 1024**2} MB.")
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if not content.strip():
        raise BadSpreadsheet(f"{name} is empty.")
    kind = kind_of(content, name, limits)
    sheet = (
        _csv_sheet(content, name, limits)
        if kind == "csv"
        else _workbook_sheet(content, name, limits)
    )
    sheet.check(limits)
    return sheet


def shown_name(name: str) -> str:
    """The name of the file alone, short enough for a sentence."""
    name = re.split(r"[\\/]", name)[-1].strip()
    return name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"


def decode(content: bytes) -> str:
    """Text of a CSV file from any desk. Raises UnicodeDecodeError.

    Guessers take cp1252 for cp1250 and make Muñoz into Muńoz: here a byte has one meaning.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding)
    sample = content[:2000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nuls = sample[start::2].count(0)
        if nuls > len(sample) / 4 and nuls > 4 * sample[1 - start :: 2].count(0):
            return content.decode(encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _csv_sheet(content: bytes, name: str, limits: Limits) -> Sheet:
    try:
        text = decode(content)
    except UnicodeDecodeError:
        text = "\0"
    if _NOT_TEXT.search(text):
        raise BadSpreadsheet(f"{name} is damaged, or is not a CSV file. Save it again as CSV.")
    named = _NAMED_DELIMITER.match(text)
    delimiter = named[1] if named else _delimiter_of(text)
    text = text[named.end() :] if named else text
    return Sheet(name, partial(_csv_rows, text, delimiter, name, limits))


def _delimiter_of(text: str) -> str:
    """The one that cuts the most of the first rows into the same number of cells."""

    def agreement(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row, _ in zip(reader, range(_LOOK_AHEAD), strict=False))
        return max(((rows, width) for width, rows in widths.items() if width > 1), default=(0, 0))

    return max(_DELIMITERS, key=agreement)


def _csv_rows(text: str, delimiter: str, name: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if len(row) > _LAST_COLUMN:
                raise _too_many_columns(name, len(row), limits)
            if len(row) > limits.columns and not "".join(row[limits.columns :]).strip():
                row = row[: limits.columns]
            yield _trimmed([unescape(cell) if cell[:1] == "'" else cell for cell in row])
    except csv.Error:
        raise BadSpreadsheet(
            f"{name} has a quotation mark that is never closed, at or before line"
            f" {reader.line_num:,}. Save it again as CSV."
        ) from None


def _workbook_sheet(content: bytes, name: str, limits: Limits) -> Sheet:
    output = _Output()
    numbers = (limits.memory_mb, limits.columns, limits.rows + 1)  # and perhaps a header
    command = [sys.executable, "-I", str(_READER), *map(str, numbers)]
    too_much = BadSpreadsheet(
        f"{name} asks for more memory or time than a list of people needs. Copy the list into a"
        " new workbook and save that."
    )
    try:
        reader = subprocess.run(
            command,
            input=content,
            stdout=output.file,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_much from None
    if reader.returncode:
        raise too_much
    about, start = output.first_line()
    if about.get("refused") == "empty":
        raise BadSpreadsheet(f"{name} is empty.")
    if about.get("refused") == "rows":
        raise _too_many_rows(name, limits)
    if about.get("refused") == "password":
        raise BadSpreadsheet(f"{name} has a password. Save it without one and upload it again.")
    if about.get("refused"):
        raise BadSpreadsheet(f"{name} is damaged. Open it, save it again and upload that.")
    if "columns" in about:
        raise _too_many_columns(name, about["columns"], limits)
    rows = partial(_workbook_rows, output, start)
    return Sheet(name, rows, first=(about["first_row"], about["first_column"]))


class _Output:
    """What the reader wrote, kept on disk for as long as a sheet or its rows need it."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  # closed below

    def __del__(self) -> None:
        self.file.close()

    def first_line(self) -> tuple[dict[str, Any], int]:
        """What it says about the sheet, and where the rows begin."""
        self.file.seek(0)
        return json.loads(self.file.readline()), self.file.tell()

    def lines_from(self, at: int) -> tuple[list[bytes], int]:
        """Some lines, and where the next begin: others may read from elsewhere in between."""
        self.file.seek(at)
        return self.file.readlines(1 << 16), self.file.tell()


def _workbook_rows(output: _Output, at: int) -> Iterator[Row]:
    lines, at = output.lines_from(at)
    while lines:
        for line in lines:
            cells = json.loads(line)
            yield _trimmed([unescape(cell) if isinstance(cell, str) else cell for cell in cells])
        lines, at = output.lines_from(at)


def _trimmed(row: Row) -> Row:
    """Without the empty cells at its end; [] for a row of blanks."""
    if row and str(row[-1]).strip():
        return row
    if not "".join(map(str, row)).strip():
        return []
    while row[-1] == "":
        row.pop()
    return row


def _looks_like_a_header(rows: Iterator[Row]) -> bool:
    """Whether the first row names columns: a heading we know, or words above a long number."""
    filled = [row for _, row in zip(range(_LOOK_AHEAD * 5), rows, strict=False) if row]
    first, rest = filled[:1], filled[1 : _LOOK_AHEAD + 1]
    if not first or any(not isinstance(c, str) or _LONG_NUMBER.search(c) for c in first[0]):
        return False
    if any(_HEADINGS.match(str(cell)) for cell in first[0]):
        return True
    return any(_LONG_NUMBER.search(str(cell)) for row in rest for cell in row)


def _too_many_rows(name: str, limits: Limits) -> BadSpreadsheet:
    words = f"{name} has more than {limits.rows:,} rows, the most that a file can have."
    return BadSpreadsheet(f"{words} Upload it in parts.")


def _too_many_columns(name: str, count: int, limits: Limits) -> BadSpreadsheet:
    return BadSpreadsheet(
        f"{name} has {count:,} columns. A file can have up to {limits.columns:,}."
    )


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters
