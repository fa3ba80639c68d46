"""The one-click repair: characters that make a text dearer become ones that ordinary texts carry.

The table is GOV.UK Notify's. What a person meant stays: accents go only when they agree, since
names and Welsh need theirs, and characters with no plain form are left as they are.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

from messaging.text.segments import forcing

_HYPHEN, _APOSTROPHE, _QUOTE, _SPACE, _NOTHING = "-", "'", '"', " ", ""

# Character, what it becomes, Unicode name.
REPAIRS: Final[tuple[tuple[str, str, str], ...]] = (
    ("\u2010", _HYPHEN, "HYPHEN"),
    ("\u2011", _HYPHEN, "NON-BREAKING HYPHEN"),
    ("\u2012", _HYPHEN, "FIGURE DASH"),
    ("\u2013", _HYPHEN, "EN DASH"),
    ("\u2014", _HYPHEN, "EM DASH"),
    ("\u2015", _HYPHEN, "HORIZONTAL BAR"),
    ("\u2212", _HYPHEN, "MINUS SIGN"),
    ("\u2026", "...", "HORIZONTAL ELLIPSIS"),
    ("\u2018", _APOSTROPHE, "LEFT SINGLE QUOTATION MARK"),
    ("\u2019", _APOSTROPHE, "RIGHT SINGLE QUOTATION MARK"),
    ("\u201a", _APOSTROPHE, "SINGLE LOW-9 QUOTATION MARK"),
    ("\u201b", _APOSTROPHE, "SINGLE HIGH-REVERSED-9 QUOTATION MARK"),
    ("\u201c", _QUOTE, "LEFT DOUBLE QUOTATION MARK"),
    ("\u201d", _QUOTE, "RIGHT DOUBLE QUOTATION MARK"),
    ("\u201e", _QUOTE, "DOUBLE LOW-9 QUOTATION MARK"),
    ("\u201f", _QUOTE, "DOUBLE HIGH-REVERSED-9 QUOTATION MARK"),
    ("\t", _SPACE, "CHARACTER TABULATION"),
    ("\u00a0", _SPACE, "NO-BREAK SPACE"),
    ("\u2002", _SPACE, "EN SPACE"),
    ("\u2003", _SPACE, "EM SPACE"),
    ("\u2007", _SPACE, "FIGURE SPACE"),
    ("\u2008", _SPACE, "PUNCTUATION SPACE"),
    ("\u2009", _SPACE, "THIN SPACE"),
    ("\u200a", _SPACE, "HAIR SPACE"),
    ("\u202f", _SPACE, "NARROW NO-BREAK SPACE"),
    ("\u00ad", _NOTHING, "SOFT HYPHEN"),
    ("\u180e", _NOTHING, "MONGOLIAN VOWEL SEPARATOR"),
    ("\u200b", _NOTHING, "ZERO WIDTH SPACE"),
    ("\u200c", _NOTHING, "ZERO WIDTH NON-JOINER"),
    ("\u200d", _NOTHING, "ZERO WIDTH JOINER"),
    ("\u2028", _NOTHING, "LINE SEPARATOR"),
    ("\u2029", _NOTHING, "PARAGRAPH SEPARATOR"),
    ("\u2060", _NOTHING, "WORD JOINER"),
    ("\ufeff", _NOTHING, "ZERO WIDTH NO-BREAK SPACE"),
    ("\u0141", "L", "LATIN CAPITAL LETTER L WITH STROKE"),
    ("\u0142", "l", "LATIN SMALL LETTER L WITH STROKE"),
)

_BECOMES: Final = {character: plain for character, plain, _ in REPAIRS}
_NAMES: Final = {character: name for character, _, name in REPAIRS}
# A joiner before an emoji or a letter of another script holds one picture or one word together.
_JOINERS: Final = (
    "[\u200c\u200d](?![\u0590-\u1fff\u2190-\u2bff\u3040-\ud7ff\ufe0f\U00010000-\U0010ffff])"
)
_OTHERS: Final = "".join(set(_BECOMES) - {"\u200c", "\u200d"})
_ACCENTS: Final = "[A-Za-z][\u0300-\u036f]+"  # as a Mac writes them: letter and accent apart
_REPAIRABLE: Final = re.compile(f"{_ACCENTS}|[{_OTHERS}]|{_JOINERS}")
_REPAIRABLE_WITH_ACCENTS: Final = re.compile(f"{_REPAIRABLE.pattern}|[\u00a1-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Change:
    before: str
    after: str
    name: str  # what Unicode calls it: some of these cannot be seen
    count: int


class Repaired(NamedTuple):
    text: str
    changes: list[Change]  # in the order in which they first appear


def repair(text: str, *, accents: bool = False) -> Repaired:
    """The text with plain quotes, dashes and spaces; `accents` also takes base letters."""
    counts: dict[tuple[str, str], int] = {}

    def plain(found: re.Match[str]) -> str:
        before = found[0]
        after = _BECOMES.get(before)
        if after is None:
            after = _plain_letter(before, accents)
        if after != before:
            counts[before, after] = counts.get((before, after), 0) + 1
        return after

    repaired = (_REPAIRABLE_WITH_ACCENTS if accents else _REPAIRABLE).sub(plain, text)
    changes = [
        Change(before, after, _NAMES.get(before) or _name_of_letter(before), count)
        for (before, after), count in counts.items()
    ]
    return Repaired(repaired, changes)


def with_plain_line_ends(text: str) -> str:
    """LF for CRLF: browsers send two characters where the counter beside the box counted one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain_letter(letter: str, accents: bool) -> str:
    """é for e and its accent; c for ç if `accents`; otherwise the letter as it is."""
    composed = unicodedata.normalize("NFC", letter)
    if not forcing(composed):
        return composed
    base = unicodedata.normalize("NFD", letter)[0]
    return base if accents and not forcing(base) else letter


def _name_of_letter(letter: str) -> str:
    return unicodedata.name(unicodedata.normalize("NFC", letter)[0], "")
