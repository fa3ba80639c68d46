import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsportal.lib.exports import csv_chunks, escape, phone_cell, unescape, xlsx_file
from smsportal.lib.phones import from_cell
from smsportal.lib.spreadsheets import open_sheet

HEADER = ["Mobile", "Name"]


def as_csv(header, rows):
    return b"".join(csv_chunks(header, rows))


def as_xlsx(header, rows):
    with xlsx_file(header, rows) as file:
        return file.read()


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+44", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "'=1", "''+1"],
    ids=ascii,
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell):
    assert escape(cell) == "'" + cell
    assert unescape(escape(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["", "Ann", "O'Brien", "'Ann", "a=1", " =1", "07700 900123", "1-2"]
)
def test_other_cells_stay_as_they_are(cell):
    assert (escape(cell), unescape(cell)) == (cell, cell)


@given(st.text())
def test_unescaping_takes_away_exactly_what_escaping_added(cell):
    assert unescape(escape(cell)) == cell


@given(st.text(alphabet="'=+-@\t\rａ＝x", max_size=6))
def test_no_escaped_cell_begins_like_a_formula(cell):
    assert not escape(cell).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert unescape(escape(cell)) == cell


def test_a_csv_file_opens_in_excel_as_it_should():
    assert as_csv(HEADER, [["07700 900123", '=HYPERLINK("x")'], [None, 3]]) == (
        b'\xef\xbb\xbf"Mobile","Name"\r\n"07700 900123","\'=HYPERLINK(""x"")"\r\n"","3"\r\n'
    )


def test_a_csv_file_streams():
    chunks = list(csv_chunks(HEADER, ([f"{number}", "x"] for number in range(2_000))))

    assert len(chunks) == 5
    assert max(map(len, chunks)) < 10_000


def test_an_xlsx_file_holds_texts_and_numbers_and_no_formula():
    rows = [["=1+1", "http://example.org"], ["07700 900123", Decimal("3.5")], [None, 7]]

    sheet = open_sheet(as_xlsx(HEADER, rows), "out.xlsx")

    assert list(sheet.rows) == [
        HEADER,
        ["=1+1", "http://example.org"],
        ["07700 900123", 3.5],
        ["", 7],
    ]


# Control characters cannot be kept by XML, and CRLF comes back from it as LF.
printable = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t"
    ).filter(lambda character: character not in "\ufffe\uffff"),
    max_size=20,
)
cells = printable | st.sampled_from(
    ["=1", "+4", "-1", "@", "\tx", "'=x", "''-", "_x0041_", "a,b;c"]
)
tables = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5)


def without_empty_ends(rows):
    """As a reader gives them: blank rows are [], and empty cells at the end are not there."""
    trimmed = []
    for row in rows:
        row = list(row) if any(cell.strip() for cell in row) else []
        while row and row[-1] == "":
            row.pop()
        trimmed.append(row)
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


@given(rows=tables)
def test_a_csv_export_imports_again_unchanged(rows):
    read = list(open_sheet(as_csv(["Mobile", "Name", "Note"], rows), "out.csv").rows)

    assert without_empty_ends([[str(cell) for cell in row] for row in read[1:]]) == (
        without_empty_ends(rows)
    )


@given(rows=tables)
def test_an_xlsx_export_imports_again_unchanged(rows):
    read = list(open_sheet(as_xlsx(["Mobile", "Name", "Note"], rows), "out.xlsx").rows)

    assert without_empty_ends(read[1:]) == without_empty_ends(rows)


@pytest.mark.parametrize("export", [as_csv, as_xlsx])
def test_numbers_import_again_as_the_same_numbers(export):
    numbers = ["+447700900123", "+447700900999", "+33612345678"]

    sheet = open_sheet(export(["Mobile"], [[phone_cell(each)] for each in numbers]), "out")

    cells = [row[0] for row in sheet.rows][1:]
    assert cells == ["07700 900123", "07700 900999", "+33 6 12 34 56 78"]
    assert [from_cell(cell, foreign=True) for cell in cells] == [(each, False) for each in numbers]


def test_an_export_is_gone_when_it_is_closed():
    with xlsx_file(HEADER, []) as file:
        assert io.BytesIO(file.read()).getvalue()[:2] == b"PK"

    assert file.closed
