"""What an uploaded file is, by its bytes, checked before anything opens it."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Final, Literal

from smsportal.lib.errors import Refused

Kind = Literal["csv", "workbook"]

_SAVE_AS: Final = "Save the list as CSV or Excel (.xlsx) and upload that."
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# First bytes of what people upload by mistake, and what to call it.
_OTHERS: Final = (
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|BM.{4}\0\0\0\0", re.DOTALL), "a picture"),
    (re.compile(rb"\{\\rtf"), "a text document"),
    (re.compile(rb"\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ"), "a compressed file"),
    (re.compile(rb"\x09[\x00\x02\x04\x08].\x00", re.DOTALL), "a very old Excel file"),
    (
        re.compile(rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|table|\?xml|!--)"),
        "a web page",
    ),
    (re.compile(rb"\x7fELF|MZ"), "a program"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    size: int = 10 * 1024 * 1024
    rows: int = 100_000  # without the header
    columns: int = 50
    cell: int = 10_000  # characters
    unpacked: int = 100 * 1024 * 1024
    ratio: int = 100
    entries: int = 1_000
    memory_mb: int = 1_024
    seconds: float = 60


class BadSpreadsheet(Refused):
    """A file that cannot be read as a list of people."""


def kind_of(content: bytes, name: str, limits: Limits) -> Kind:
    """Raises BadSpreadsheet for what is no spreadsheet, or unpacks to more than it may."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_zip(content, name, limits)
        return "workbook"
    if content.startswith(_OLE):
        _check_ole(content, name)
        return "workbook"
    for pattern, what in _OTHERS:
        if pattern.match(content):
            raise BadSpreadsheet(f"{name} is {what}. {_SAVE_AS}")
    return "csv"


def _check_zip(content: bytes, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if _unpacks_to_too_much(infos, limits):
                raise BadSpreadsheet(
                    f"{name} unpacks to far more than a list of people, so it was not opened."
                    " Copy the list into a new workbook and save that."
                )
            _check_contents(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError):
        raise _damaged(name) from None


def _unpacks_to_too_much(infos: list[zipfile.ZipInfo], limits: Limits) -> bool:
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    return (
        len(infos) > limits.entries
        or size > limits.unpacked
        or size > limits.ratio * max(packed, 1)
    )


def _check_contents(archive: zipfile.ZipFile, name: str) -> None:
    names = set(archive.namelist())
    if any(each.endswith("vbaProject.bin") for each in names):
        raise _has_macros(name)
    if "xl/workbook.xml" in names:
        return
    if _is_ods(archive, names):
        _check_ods(archive, name)
        return
    if "word/document.xml" in names:
        raise BadSpreadsheet(f"{name} is a Word document. {_SAVE_AS}")
    if "ppt/presentation.xml" in names:
        raise BadSpreadsheet(f"{name} is a presentation. {_SAVE_AS}")
    raise BadSpreadsheet(f"{name} is not a spreadsheet. {_SAVE_AS}")


def _is_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if "mimetype" not in names or archive.getinfo("mimetype").file_size > 100:
        return False
    return archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"


def _check_ods(archive: zipfile.ZipFile, name: str) -> None:
    names = archive.namelist()
    if "content.xml" not in names:
        raise _damaged(name)
    if any(each.startswith(("Basic/", "Scripts/")) for each in names):
        raise _has_macros(name)
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in archive.read(manifest):
        raise _has_password(name)


def _check_ole(content: bytes, name: str) -> None:
    """Streams are named in UTF-16, in the directory of the file."""
    if _stream("EncryptedPackage") in content:
        raise _has_password(name)
    if _stream("_VBA_PROJECT_CUR") in content:
        raise _has_macros(name)
    if _stream("WordDocument") in content:
        raise BadSpreadsheet(f"{name} is a Word document. {_SAVE_AS}")
    if _stream("Workbook") not in content and _stream("Book") not in content:
        raise BadSpreadsheet(f"{name} is not a spreadsheet. {_SAVE_AS}")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def _damaged(name: str) -> BadSpreadsheet:
    return BadSpreadsheet(f"{name} is damaged. Open it, save it again and upload that.")


def _has_password(name: str) -> BadSpreadsheet:
    return BadSpreadsheet(f"{name} has a password. Save it without one and upload it again.")


def _has_macros(name: str) -> BadSpreadsheet:
    return BadSpreadsheet(f"{name} contains macros. Save it as .xlsx, without them.")
