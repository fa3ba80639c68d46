"""What the columns of a file hold: a guess from headings and contents, for a person to correct.

Groups come in two ways (T4): a column headed Group or Groups holds names split by `;`; any other
column that nobody has a use for, and whose cells are blank, 1, x, yes, y or true, is a group named
by its heading.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from messaging.contacts.names import NAME_LENGTH, split_groups, tidy
from smsportal.lib.choices import TextChoices
from smsportal.lib.phones import BadNumber, from_cell
from smsportal.lib.spreadsheets import Cell, Row, Sheet

SAMPLE_COUNT = 3
LOOK_AHEAD = 200  # rows that a guess is made from
GROUPS_LIMIT = 200  # different names in one column: more is not a list of groups
TICKS = frozenset({"", "1", "x", "yes", "y", "true"})


class Target(TextChoices):
    MOBILE = "mobile", "Mobile"
    FIRST_NAME = "first_name", "First name"
    LAST_NAME = "last_name", "Last name"
    FULL_NAME = "full_name", "First and last name"
    GROUPS = "groups", "Group"
    TICKED = "ticked", "Group by ticks"
    SKIP = "skip", "Do not import"


ONCE = (Target.MOBILE, Target.FIRST_NAME, Target.LAST_NAME, Target.FULL_NAME)

_HEADINGS = {
    Target.MOBILE: re.compile(
        r"(my|your|contact|student|uk|personal)?(mobile|cell|phone|tel|telephone|msisdn|number)"
        r"(phone|telephone)?(number|no|num)?s?"
    ),
    Target.FIRST_NAME: re.compile(r"(first|fore|given|preferred|known)(as)?(name)?s?"),
    Target.LAST_NAME: re.compile(r"(last|sur|family|second)(name)?s?"),
    Target.FULL_NAME: re.compile(r"(full|display|contact|student|staff)?name|contact|person"),
    Target.GROUPS: re.compile(r".*groups?(names?)?"),
}


@dataclass
class Column:
    """names: of its groups with how many rows each, None for too many. ticks: rows ticked, None
    where other values stand in it."""

    heading: str
    samples: list[str] = field(default_factory=list)
    target: str = Target.SKIP
    names: dict[str, int] | None = None
    ticks: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def people_rows(sheet: Sheet, has_headings: bool) -> Iterator[tuple[int, Row]]:
    """(place, cells) of every row with something in it, without the headings."""
    filled = ((at, row) for at, row in enumerate(sheet.rows) if row)
    if has_headings:
        next(filled, None)
    return filled


def cell_text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return tidy(cell if isinstance(cell, str) else str(cell))


def columns_of(sheet: Sheet, has_headings: bool) -> list[Column]:
    """Every column with its guess."""
    first = next((row for row in sheet.rows if row), [])
    rows = [row for _, row in people_rows(sheet, has_headings)]
    columns = []
    for place in range(sheet.width):
        heading = cell_text(first[place]) if has_headings and place < len(first) else ""
        cells = [row[place] if place < len(row) else "" for row in rows]
        columns.append(_column(heading or f"Column {_letter(place)}", cells))
    _guess(columns, rows, has_headings)
    return columns


def _column(heading: str, cells: Sequence[Cell]) -> Column:
    values = Counter(cells)
    texts: Counter[str] = Counter()
    if len(values) <= 10 * GROUPS_LIMIT:
        for value, count in values.items():
            texts[cell_text(value)] += count
    ticked = bool(texts) and all(text.casefold() in TICKS for text in texts)
    return Column(
        heading=heading,
        samples=[cell_text(cell) for cell in cells[:SAMPLE_COUNT]],
        names=_group_names(texts) if texts else None,
        ticks=sum(count for text, count in texts.items() if text) if ticked else None,
    )


def _group_names(texts: Counter[str]) -> dict[str, int] | None:
    """The first spelling of each name, with the rows that have it in any."""
    spelled: dict[str, str] = {}
    names: Counter[str] = Counter()
    for text, count in texts.items():
        for name in row_groups(text):
            names[spelled.setdefault(name.casefold(), name)] += count
        if len(names) > GROUPS_LIMIT:
            return None
    return dict(names)


def row_groups(text: str) -> list[str]:
    """The groups that one cell names; each once, also in other capitals."""
    names = {name.casefold(): name[:NAME_LENGTH].strip() for name in reversed(split_groups(text))}
    return list(reversed(names.values()))


def is_ticked(text: str) -> bool:
    return text != "" and text.casefold() in TICKS


def _guess(columns: list[Column], rows: Sequence[Row], has_headings: bool) -> None:
    mobiles = [_mobile_count(rows[:LOOK_AHEAD], place) for place in range(len(columns))]
    _give(columns, Target.MOBILE, mobiles, has_headings)
    if Target.MOBILE not in [column.target for column in columns] and any(mobiles):
        columns[mobiles.index(max(mobiles))].target = Target.MOBILE
    if has_headings:
        for target in (Target.FIRST_NAME, Target.LAST_NAME, Target.FULL_NAME):
            _give(columns, target, [0] * len(columns), has_headings)
        _guess_groups(columns)
    else:
        _guess_names_without_headings(columns)
    targets = [column.target for column in columns]
    if Target.FULL_NAME in targets and {Target.FIRST_NAME, Target.LAST_NAME} & set(targets):
        columns[targets.index(Target.FULL_NAME)].target = Target.SKIP


def _give(
    columns: list[Column], target: Target, weights: Sequence[int], has_headings: bool
) -> None:
    fits = [
        place
        for place, column in enumerate(columns)
        if has_headings
        and column.target == Target.SKIP
        and _HEADINGS[target].fullmatch(_bare(column.heading))
    ]
    if fits:
        columns[max(fits, key=lambda place: weights[place])].target = target


def _guess_groups(columns: list[Column]) -> None:
    for column in columns:
        if column.target != Target.SKIP:
            continue
        named = _bare(column.heading)
        if named in ("group", "groups") and column.names is not None:
            column.target = Target.GROUPS
        elif column.ticks:
            column.target = Target.TICKED
        elif column.names and _HEADINGS[Target.GROUPS].fullmatch(named):
            column.target = Target.GROUPS


def _guess_names_without_headings(columns: list[Column]) -> None:
    worded = [
        column
        for column in columns
        if column.target == Target.SKIP
        and any(column.samples)
        and not any(re.search(r"[0-9@]", sample) for sample in column.samples)
    ]
    if len(worded) >= 2:
        worded[0].target, worded[1].target = Target.FIRST_NAME, Target.LAST_NAME
    elif worded:
        worded[0].target = Target.FULL_NAME


def _mobile_count(rows: Iterable[Row], place: int) -> int:
    return sum(_is_mobile(row[place]) for row in rows if place < len(row) and row[place] != "")


def _is_mobile(cell: Cell) -> bool:
    try:
        from_cell(cell)
    except BadNumber:
        return False
    return True


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]", "", heading).casefold()


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"A{chr(ord('A') + place - 26)}"
