"""Workbooks made for tests: XLSX by a library; ODS and XLS by hand, in the fewest bytes."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

import xlsxwriter

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(rows, *, at=(0, 0)):
    buffer = io.BytesIO()
    options = {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(rows):
            sheet.write_row(at[0] + row, at[1], cells)
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ods(rows, **more):
    body = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:media-type="{ODS_TYPE}" manifest:full-path="/"/>'
        "</manifest:manifest>"
    )
    files = {"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped(files | more)


def ods_cell(value):
    if isinstance(value, str):
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def xls(rows, more=()):
    """BIFF8: a globals substream with one sheet, and the sheet with LABEL and NUMBER records."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    sheet_bof = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    name = b"Sheet1"
    start = 4 + len(bof) + 4 + 8 + len(name) + 4
    bound_sheet = struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name
    stream = record(0x0809, bof) + record(0x0085, bound_sheet) + record(0x000A)
    stream += record(0x0809, sheet_bof)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            stream += xls_cell(row, column, cell)
    for row, column, cell in more:
        stream += xls_cell(row, column, cell)
    return compound_file("Workbook", stream + record(0x000A))


def xls_cell(row, column, value):
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return record(0x0203, place + struct.pack("<d", value))


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def compound_file(name, stream):
    """An OLE file of one stream, long enough to live in whole sectors of 512 bytes."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    end, fat_sector, free = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    fat = [fat_sector, end, *range(3, sectors + 2), end]
    assert len(fat) <= 128
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", *fat, *[free] * (128 - len(fat)))
    directory = directory_entry("Root Entry", 5, end, 0, child=1)
    directory += directory_entry(name, 2, 2, len(stream))
    directory += directory_entry("", 0, 0, 0) * 2
    return header + table + directory + stream


def directory_entry(name, kind, start, size, child=0xFFFFFFFF):
    text = name.encode("utf-16-le") + b"\0\0" if name else b""
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)
