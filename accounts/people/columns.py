"""The columns of a spreadsheet of users, and what a row of it says. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.people.details import Details

COLUMNS = {
    "name": "Name",
    "username": "Username",
    "email": "Email",
    "extension": "Extension",
    "other_domain_reason": "Why another address",
    "allow_relay": "Email to SMS",
    "parts_per_day_cap": "Most texts in a day",
    "notes": "Notes",
    "is_name_confirmed": "This is a person’s name",
}
NEEDED = ("name", "username", "email", "extension")
ALSO_CALLED = {
    "fullname": "name",
    "sso": "username",
    "singlesignon": "username",
    "emailaddress": "email",
    "universityemail": "email",
    "phone": "extension",
    "universityextension": "extension",
    "reason": "other_domain_reason",
    "allowrelayofemailtosms": "allow_relay",
    "relay": "allow_relay",
    "limit": "parts_per_day_cap",
    "comments": "notes",
    "thisisapersonsname": "is_name_confirmed",
}
YES, NO = {"yes", "y", "true", "1"}, {"", "no", "n", "false", "0"}
MOST_ROWS = 200


@dataclass(frozen=True)
class FileRow:
    """A row as it stands in the file; `problem` is what cannot even be read as details."""

    number: int
    details: Details
    problem: str = ""


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Field name -> place, by the words of the header in any case and spacing."""
    known = {_folded(title): name for name, title in COLUMNS.items()} | ALSO_CALLED
    places = {known[_folded(title)]: n for n, title in enumerate(header) if _folded(title) in known}
    return places


def missing_columns(places: Mapping[str, int]) -> list[str]:
    return [COLUMNS[name] for name in NEEDED if name not in places]


def rows_of(
    rows: Iterable[tuple[int, Sequence[object]]], places: Mapping[str, int]
) -> list[FileRow]:
    """rows: the number that the spreadsheet shows beside each, and its cells."""
    return [_row(number, cells, places) for number, cells in rows if any(cells)]


def _row(number: int, cells: Sequence[object], places: Mapping[str, int]) -> FileRow:
    said = {name: _text(cells[n]) if n < len(cells) else "" for name, n in places.items()}
    relay, cap = said.get("allow_relay", "").casefold(), said.get("parts_per_day_cap", "")
    problem = ""
    if relay not in YES | NO:
        problem = f"Email to SMS is Yes or No, not “{said['allow_relay']}”."
    elif cap and not re.fullmatch(r"[1-9][0-9]{0,6}", cap):
        problem = f"Most texts in a day is a number, for example 200, not “{cap}”."
    details = Details(
        username=said.get("username", ""),
        name=said.get("name", ""),
        email=said.get("email", ""),
        extension=said.get("extension", ""),
        other_domain_reason=said.get("other_domain_reason", ""),
        notes=said.get("notes", ""),
        is_name_confirmed=said.get("is_name_confirmed", "").casefold() in YES,
        allow_relay=relay in YES,
        parts_per_day_cap=int(cap) if cap and not problem else None,
    )
    return FileRow(number, details, problem)


def _text(cell: object) -> str:
    # A workbook keeps the extension 70142 as a number, often with a point and a nought.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _folded(title: str) -> str:
    return re.sub(r"[\W_]+", "", title).casefold()
