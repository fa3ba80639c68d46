"""Reads the first sheet with something in it of a workbook on stdin, as JSON lines on stdout.

Run as a program of its own under limits of memory, time and output: a workbook of a few bytes can
ask the reader for more memory than there is, and a failed allocation ends the process.

Arguments: megabytes of memory, most columns, most rows. The first line is {"first_row": 0,
"first_column": 0} or {"refused": "damaged" | "password" | "empty" | "rows"} or {"columns": too
many}; each further line is one row of strings and numbers, without the empty cells at its end.
"""

import contextlib
import datetime
import io
import json
import resource
import sys
from typing import Any

import python_calamine

_FLOAT_DIGITS = 10**15  # from here on a float no longer holds every digit
_OUTPUT_BYTES = 400 * 1024 * 1024
_CPU_SECONDS = 30


def main() -> None:
    limit(int(sys.argv[1]) * 1024 * 1024)
    try:
        sheet = first_sheet(io.BytesIO(sys.stdin.buffer.read()))
    except python_calamine.PasswordError:
        write({"refused": "password"})
    except python_calamine.CalamineError:
        write({"refused": "damaged"})
    else:
        write_sheet(sheet, most_columns=int(sys.argv[2]), most_rows=int(sys.argv[3]))


def limit(memory: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT_BYTES, _OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def first_sheet(file: io.BytesIO) -> python_calamine.CalamineSheet | None:
    workbook = python_calamine.CalamineWorkbook.from_filelike(file)
    for metadata in workbook.sheets_metadata:
        is_shown = metadata.visible is python_calamine.SheetVisibleEnum.Visible
        if is_shown and metadata.typ is python_calamine.SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(metadata.name)
            if sheet.start is not None:
                return sheet
    return None


def write_sheet(
    sheet: python_calamine.CalamineSheet | None, *, most_columns: int, most_rows: int
) -> None:
    if sheet is None or sheet.start is None:
        write({"refused": "empty"})
        return
    if sheet.width > most_columns:
        write({"columns": sheet.width})
        return
    rows = sheet.to_python(skip_empty_area=True)
    if sheet.height > most_rows and sum(map(any, rows)) > most_rows:
        write({"refused": "rows"})
        return
    first_row, first_column = sheet.start
    write({"first_row": first_row, "first_column": first_column})
    for row in rows:
        while row and row[-1] == "":
            row.pop()
        write([readable(cell) for cell in row])


def write(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


def readable(cell: Any) -> str | float:
    """Strings and numbers as they are; dates, times and yes or no in words."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _FLOAT_DIGITS:
        return int(cell)
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, datetime.datetime):
        return f"{day(cell)}, {clock(cell)}"
    if isinstance(cell, datetime.date):
        return day(cell)
    return clock(cell) if isinstance(cell, datetime.time) else str(cell)


def day(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"


def clock(time: datetime.time | datetime.datetime) -> str:
    return f"{time.hour % 12 or 12}:{time:%M}{'am' if time.hour < 12 else 'pm'}"


if __name__ == "__main__":
    main()
