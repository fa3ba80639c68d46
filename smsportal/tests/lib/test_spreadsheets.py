import datetime
import io
import resource
import zipfile

import pytest
import xlsxwriter

from smsportal.lib.file_kinds import BadSpreadsheet, Limits
from smsportal.lib.phones import BadNumber, from_cell
from smsportal.lib.spreadsheets import open_sheet
from smsportal.tests.lib import workbooks

PEOPLE = [["Mobile", "FirstName"], ["07700 900123", "Muñoz"], ["07700 900124", "Bob"]]


def work_done():
    """Seconds of processor time of this process and its children: a busy machine adds none."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def rows_of(content, name="list.csv"):
    return list(open_sheet(content, name).rows)


def refusal_of(content, name="list.csv", limits=None):
    with pytest.raises(BadSpreadsheet) as refusal:
        open_sheet(content, name, limits)
    return refusal.value.words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_file_of_any_desk_is_read(encoding):
    text = "Mobile,FirstName\r\n07700 900123,Muñoz\r\n07700 900124,Bob\r\n"

    assert rows_of(text.encode(encoding)) == PEOPLE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_its_mark(encoding):
    text = "Mobile,FirstName\n07700 900123,Muñoz\n07700 900124,Bob\n"

    assert rows_of(text.encode(encoding)) == PEOPLE
    assert rows_of(("\ufeff" + text).encode(encoding)) == PEOPLE


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_is_read(separator, line_end):
    text = "".join(separator.join(row) + line_end for row in PEOPLE)

    assert rows_of(text.encode()) == PEOPLE


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("07700900123\n07700900124", [["07700900123"], ["07700900124"]]),
        ("mobile\n", [["mobile"]]),
        ('Name,Mobile\n"Example, Ann",077', [["Name", "Mobile"], ["Example, Ann", "077"]]),
        ('Name,Mobile\n"Ann\nExample",077', [["Name", "Mobile"], ["Ann\nExample", "077"]]),
        ('Name;Mobile\n"Ann; ""A""";077', [["Name", "Mobile"], ['Ann; "A"', "077"]]),
        ("Name;Note\nAnn;a, b, c\nBob;d", [["Name", "Note"], ["Ann", "a, b, c"], ["Bob", "d"]]),
        ("sep=;\nName;Mobile\nAnn;077", [["Name", "Mobile"], ["Ann", "077"]]),
        ("a,b\n\n ,\nc,d\n", [["a", "b"], [], [], ["c", "d"]]),
        ("a,b,,,\nc,,,,\n", [["a", "b"], ["c"]]),
        ("'=1+1,'Ann,''-x\n", [["=1+1", "'Ann", "'-x"]]),
    ],
)
def test_a_csv_file_is_cut_into_cells(text, rows):
    assert rows_of(text.encode()) == rows


@pytest.mark.parametrize("make", [workbooks.xlsx, workbooks.ods, workbooks.xls])
def test_workbooks_of_every_kind_give_strings_and_numbers(make):
    rows = [["Mobile", "Name"], ["07700900123", "Zoë"], [7700900124, "Łukasz"], [4.47e16, 1.5]]

    assert rows_of(make(rows), "anything.csv") == rows


def test_dates_times_and_yes_or_no_become_words():
    moment = datetime.datetime(2026, 7, 24, 14, 4)  # noqa: DTZ001  # a cell has no zone
    row = [moment, moment.date(), True, False]

    assert rows_of(workbooks.xlsx([row])) == [["24 July 2026, 2:04pm", "24 July 2026", "yes", "no"]]


def test_places_are_those_that_the_person_sees():
    sheet = open_sheet(workbooks.xlsx(PEOPLE, at=(39, 2)), "list.xlsx")

    assert [sheet.address(row, 0) for row in range(3)] == ["C40", "C41", "C42"]
    assert sheet.address(1, 24) == "AA41"
    assert sheet.row_number(1) == 41


def test_an_empty_row_keeps_its_place():
    sheet = open_sheet(workbooks.xlsx([["Mobile"], [], ["07700900123"]]), "list.xlsx")

    assert (list(sheet.rows), sheet.row_count) == ([["Mobile"], [], ["07700900123"]], 2)
    assert sheet.address(2, 0) == "A3"


def test_a_damaged_number_can_be_refused_with_its_cell():
    sheet = open_sheet(b"Mobile,Name\n07700900123,Ann\n4.47E+11,Bob\n", "list.csv")

    refusals = []
    for at, row in enumerate(sheet.rows):
        try:
            from_cell(row[0], cell=sheet.address(at, 0))
        except BadNumber as refusal:
            refusals.append(refusal.words)

    assert refusals == [
        "Mobile has letters in it.",
        "Excel has shortened this number in cell A3. The digits are lost.",
    ]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Mobile,FirstName\n07700900123,Ann", ["Mobile", "FirstName"]),
        ("first name;room\nAnn;L2", ["first name", "room"]),
        ("Nummer\n07700900123", ["Nummer"]),
        ("\nMobile \n07700900123", ["Mobile"]),
        ("07700900123,Ann\n07700900124,Bob", []),
        ("Ann,07700900123\nBob,07700900124", []),
        ("7700900123\n7700900124", []),
        ("Ann\nBob", []),
    ],
)
def test_it_says_whether_the_first_row_names_the_columns(text, header):
    assert open_sheet(text.encode(), "list.csv").header == header


def test_rows_can_be_read_twice_and_side_by_side():
    for content in (workbooks.xlsx(PEOPLE), b"Mobile,FirstName\n1,2\n3,4"):
        sheet = open_sheet(content, "list")
        first, second = sheet.rows, sheet.rows

        assert next(first) == next(second) == ["Mobile", "FirstName"]
        assert list(first) == list(second)
        assert len(list(sheet.rows)) == 3


def test_a_path_is_read_as_well_as_bytes(tmp_path):
    (tmp_path / "list.ods").write_bytes(workbooks.ods(PEOPLE))

    assert list(open_sheet(tmp_path / "list.ods", "list.ods").rows) == PEOPLE


def test_the_first_shown_sheet_with_something_in_it_is_taken():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("Empty")
        hidden, shown = workbook.add_worksheet("Hidden"), workbook.add_worksheet("Shown")
        hidden.write(0, 0, "secret")
        hidden.hide()
        shown.write(0, 0, "07700900123")

    assert rows_of(buffer.getvalue()) == [["07700900123"]]


XLSX = workbooks.xlsx(PEOPLE)
SAVE_AS = "Save the list as CSV or Excel (.xlsx) and upload that."


def with_part(name, content=b"x"):
    buffer = io.BytesIO(XLSX)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


ENCRYPTED_ODS = {"META-INF/manifest.xml": "<manifest:encryption-data/>"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "x is empty."),
        (b" \r\n\t\n", "x is empty."),
        (b",,,\n,,\n", "x is empty."),
        (workbooks.xlsx([]), "x is empty."),
        (b"%PDF-1.7\n", f"x is a PDF. {SAVE_AS}"),
        (b"\x89PNG\r\n\x1a\n\0\0", f"x is a picture. {SAVE_AS}"),
        (b"\xff\xd8\xff\xe0\0\0", f"x is a picture. {SAVE_AS}"),
        (b"<!DOCTYPE html><table>", f"x is a web page. {SAVE_AS}"),
        (b"\n <html><table><tr><td>1", f"x is a web page. {SAVE_AS}"),
        (b"{\\rtf1 hello}", f"x is a text document. {SAVE_AS}"),
        (b"\x1f\x8b\x08\0", f"x is a compressed file. {SAVE_AS}"),
        (b"\x7fELF\x02", f"x is a program. {SAVE_AS}"),
        (b"\x09\x00\x04\x00\x07\x00\x10\x00", f"x is a very old Excel file. {SAVE_AS}"),
        (workbooks.zipped({"word/document.xml": "x"}), f"x is a Word document. {SAVE_AS}"),
        (workbooks.zipped({"ppt/presentation.xml": "x"}), f"x is a presentation. {SAVE_AS}"),
        (workbooks.zipped({"a.txt": "x"}), f"x is not a spreadsheet. {SAVE_AS}"),
        (
            workbooks.compound_file("WordDocument", b""),
            f"x is a Word document. {SAVE_AS}",
        ),
        (workbooks.compound_file("Contents", b""), f"x is not a spreadsheet. {SAVE_AS}"),
        (
            workbooks.compound_file("EncryptedPackage", b""),
            "x has a password. Save it without one and upload it again.",
        ),
        (
            workbooks.ods(PEOPLE, **ENCRYPTED_ODS),
            "x has a password. Save it without one and upload it again.",
        ),
        (
            with_part("xl/vbaProject.bin"),
            "x contains macros. Save it as .xlsx, without them.",
        ),
        (
            workbooks.ods(PEOPLE, **{"Basic/script.xml": "x"}),
            "x contains macros. Save it as .xlsx, without them.",
        ),
        (
            workbooks.compound_file("_VBA_PROJECT_CUR", b""),
            "x contains macros. Save it as .xlsx, without them.",
        ),
        (XLSX[:-200], "x is damaged. Open it, save it again and upload that."),
        (
            workbooks.zipped({"xl/workbook.xml": "<junk"}),
            "x is damaged. Open it, save it again and upload that.",
        ),
        (
            workbooks.compound_file("Workbook", b"junk"),
            "x is damaged. Open it, save it again and upload that.",
        ),
        (
            b"Mobile\0,Name\n07700900123,Ann\n",
            "x is damaged, or is not a CSV file. Save it again as CSV.",
        ),
        (
            bytes(range(256)) * 20,
            "x is damaged, or is not a CSV file. Save it again as CSV.",
        ),
        (
            b'Mobile,Name\n07700900123,"Ann\n' + b"07700900124,Bob\n" * 20_000,
            "x has a quotation mark that is never closed, at or before line 8,194."
            " Save it again as CSV.",
        ),
    ],
    ids=lambda value: None,
)
def test_what_is_no_list_is_refused_in_words_and_at_once(content, words):
    began = work_done()

    assert refusal_of(content, "x") == words
    assert work_done() - began < 2


def far_apart():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    return buffer.getvalue()


NOT_OPENED = (
    "x unpacks to far more than a list of people, so it was not opened."
    " Copy the list into a new workbook and save that."
)
TOO_MANY_ROWS = "x has more than 100,000 rows, the most that a file can have. Upload it in parts."
TOO_MUCH = (
    "x asks for more memory or time than a list of people needs."
    " Copy the list into a new workbook and save that."
)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"a" * (10 * 1024**2 + 1), "x is 10.0 MB. A file can be up to 10 MB."),
        (
            lambda: b"Mobile\n" + b"07700900123\n" * 100_001,
            TOO_MANY_ROWS,
        ),
        (
            lambda: workbooks.xlsx([[at] for at in range(100_001)]),
            TOO_MANY_ROWS,
        ),
        (
            lambda: workbooks.xlsx([["Mobile", "Name"], *[[at, "Ann"] for at in range(100_001)]]),
            TOO_MANY_ROWS,
        ),
        (lambda: b"1\n" * 5_000_000, TOO_MANY_ROWS),
        (lambda: b"1" + b"\n" * 10_000_000 + b"2", TOO_MANY_ROWS),
        (lambda: b"a\n" + b"," * 10_000_000, "x has 10,000,001 columns. A file can have up to 50."),
        (
            lambda: (b"a" + b"," * 16_000 + b"\n") * 600 + b"," * 51 + b"b",
            "x has 52 columns. A file can have up to 50.",
        ),
        (lambda: b"a," * 50 + b"a", "x has 51 columns. A file can have up to 50."),
        (
            lambda: workbooks.xlsx([["a"] * 51]),
            "x has 51 columns. A file can have up to 50.",
        ),
        (
            lambda: b"Mobile,Name\n1,%s\n" % (b"a" * 10_001),
            "The text in cell B2 is too long. A cell can have 10,000 characters.",
        ),
        (lambda: with_part("xl/media/zeros", bytes(60_000_000)), NOT_OPENED),
        (lambda: workbooks.zipped({f"xl/{at}": "x" for at in range(1_001)}), NOT_OPENED),
        (far_apart, TOO_MUCH),
        (lambda: workbooks.xls([["a"]], more=[(60_000, 60_000, "b")]), TOO_MUCH),
    ],
    ids=[
        "size",
        "rows of csv",
        "rows of xlsx",
        "rows of xlsx below a header",
        "short rows of csv",
        "empty rows of csv",
        "empty columns of csv",
        "empty cells of csv",
        "columns of csv",
        "columns of xlsx",
        "cell",
        "bomb",
        "entries",
        "far apart",
        "far apart in xls",
    ],
)
def test_what_is_over_a_limit_is_refused_in_words_and_soon(make, words):
    content = make()
    began = work_done()

    assert refusal_of(content, "x") == words
    assert work_done() - began < 10  # one or two; the unguarded ones worked for minutes


def test_a_header_does_not_count_among_the_rows():
    sheet = open_sheet(b"Mobile\n" + b"07700900123\n" * 100_000, "list.csv")

    assert sheet.row_count == 100_001


def test_a_reader_that_takes_too_long_is_ended():
    assert refusal_of(XLSX, "x", Limits(seconds=0.001)) == TOO_MUCH


def test_the_name_in_the_words_is_short_and_without_folders():
    assert refusal_of(b"", "C:\\Users\\ann\\list.csv") == "list.csv is empty."
    assert len(refusal_of(b"", "x" * 500 + ".csv")) < 80
