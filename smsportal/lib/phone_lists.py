"""Numbers typed into one box, in any mix of separators, some with the names of people.

Only what looks like a whole UK mobile is cut out of a row of digits; all other digits are handed on
as they were typed, for `normalise` to refuse in words. Nothing that was typed is dropped.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

Person = tuple[str, str | None]  # the number as typed, the name beside it

_LINES: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_INVISIBLE: Final = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CHUNKS: Final = re.compile(r"[,;\uff0c\uff1b](?!\s*ext)", re.IGNORECASE)
_GAP: Final = r"[\s\-().\[\]\u2010-\u2015\u2212]{0,3}"
_MOBILE: Final = re.compile(
    rf"(?<![0-9A-Za-z+])[(\[]?(?:(?:\+00|00?\+?|\+)?{_GAP}44{_GAP})?0*{_GAP}7(?:{_GAP}[0-9]){{9}}"
    r"(?:\s*;?\s*(?:x|ext\w*|#)[.=:\s]*[0-9]{1,6})?(?![0-9A-Za-z]|\.[0-9])",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"[0-9(+\[][0-9()+.\[\]/\u2010-\u2015\u2212-]*")
_AROUND_A_NAME: Final = " \t<>()[]{}:|\"'*\u2022-\u2013\u2014=/"

# Fewer digits than this are part of a name or an address: "Room 5".
_FEWEST_DIGITS: Final = 3
_A_WHOLE_NUMBER: Final = 9


class _Piece(NamedTuple):
    text: str
    is_number: bool


def split_typed(text: str) -> list[Person]:
    """The numbers as typed, in order, each with the name on its line or None.

    Numbers are apart by spaces, tabs, commas, semicolons or new lines, and may contain spaces.
    Words with no number beside them come back as if they were one.
    """
    lines = _LINES.split(_INVISIBLE.sub(" ", text))
    return [person for line in lines for person in _people_of_line(line)]


def _people_of_line(line: str) -> list[Person]:
    people: list[Person] = []
    waiting: list[str] = []
    names_lead: bool | None = None
    for chunk in _CHUNKS.split(line):
        for typed, name in _people_of_chunk(list(_pieces(chunk))):
            if names_lead is None:
                names_lead = typed is None
            if typed is None:
                if names_lead or not people:
                    waiting.append(name or "")
                else:  # 07700 900123, Ann, Example
                    last_typed, last_name = people[-1]
                    people[-1] = (last_typed, f"{last_name} {name}" if last_name else name)
                continue
            if waiting and name is None:  # Ann, Example, 07700 900123
                name, waiting = " ".join(waiting), []
            people.append((typed, name))
    return [*people, *((words, None) for words in waiting)]


def _people_of_chunk(pieces: list[_Piece]) -> Iterator[tuple[str | None, str | None]]:
    """Pairs of number and name; a chunk of words alone is a pair without a number."""
    if len(pieces) == 1 and not pieces[0].is_number:
        yield None, pieces[0].text
        return
    names_lead = bool(pieces) and not pieces[0].is_number
    beside = -1 if names_lead else 1
    for at, piece in enumerate(pieces):
        if piece.is_number:
            neighbour = pieces[at + beside] if 0 <= at + beside < len(pieces) else piece
            yield piece.text, None if neighbour.is_number else neighbour.text
    if names_lead and not pieces[-1].is_number:
        yield None, pieces[-1].text


def _pieces(chunk: str) -> Iterator[_Piece]:
    """Numbers and names, in turn."""
    at = 0
    for found in _MOBILE.finditer(chunk):
        before = chunk[at : found.start()]
        # The 7 of "+33 6 12 34 56 78" begins nothing of ours.
        if found[0].lstrip("([").startswith("7") and re.search(r"[0-9][^A-Za-z]*$", before):
            continue
        yield from _pieces_without_mobiles(before)
        yield _Piece(found[0].strip(), True)
        at = found.end()
    yield from _pieces_without_mobiles(chunk[at:])


def _pieces_without_mobiles(text: str) -> Iterator[_Piece]:
    words: list[str] = []
    number: list[str] = []
    for token in [*text.split(), ""]:
        digit_count = _digits_in(token)
        if _DIGITS.fullmatch(token) and not _begins_another(token, number):
            number.append(token)
            continue
        if _digits_in("".join(number)) >= _FEWEST_DIGITS:
            yield from _name(words)
            yield _Piece(" ".join(number), True)
            words = []
        else:
            words += number
        number = []
        if _DIGITS.fullmatch(token):
            number.append(token)
        elif digit_count >= _FEWEST_DIGITS:
            yield from _name(words)
            yield _Piece(token, True)
            words = []
        else:
            words.append(token)
    yield from _name(words)


def _begins_another(token: str, number: list[str]) -> bool:
    return token[0] in "+0(" and _digits_in("".join(number)) >= _A_WHOLE_NUMBER


def _digits_in(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _name(words: list[str]) -> Iterator[_Piece]:
    name = " ".join(words).strip(_AROUND_A_NAME)
    if name:
        yield _Piece(name, False)
