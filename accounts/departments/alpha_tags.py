"""What an Alpha tag may be: the help pages' rules, which are stricter than any UK network's.

A problem blocks the tag; a warning is shown to the operator, who decides.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

SHORTEST: Final = 3
LONGEST: Final = 11

# Networks block these as senders: they do not say who is texting.
GENERIC_WORDS: Final = frozenset(
    {
        "alert",
        "delivery",
        "info",
        "message",
        "sms",
        "test",
        "test-sms",
        "text",
        "update",
        "verify",
    }
)

_REFUSED: Final = re.compile("[^A-Za-z0-9 -]")
_LOOK_ALIKE: Final = str.maketrans("0135i", "olesl", " -")


class Problem(NamedTuple):
    rule: str  # the key of the rule list beside the field
    words: str


def check(tag: str) -> list[Problem]:
    """Every rule that the tag breaks, in the order of the rule list; [] if it may be used."""
    problems = [
        _length(tag),
        _characters(tag),
        _first_character(tag),
        _letter(tag),
        _spaces(tag),
        _word(tag),
    ]
    return [problem for problem in problems if problem]


def warnings(tag: str, known_tags: Iterable[str] = ()) -> list[Problem]:
    """What a network or a reader may stumble over. `known_tags` are other departments'."""
    found = []
    folded, shape = tag.casefold(), _shape(tag)
    for known in sorted(set(known_tags), key=str.casefold):
        if known.casefold() == folded:
            words = f"Another department already texts as {known}"
            found.append(Problem("duplicate", words))
        elif _shape(known) == shape:
            words = f"{tag} looks like {known}, which another department uses"
            found.append(Problem("look_alike", words))
    if folded not in GENERIC_WORDS:
        found += _generic(tag, folded, shape)
    return found


def _length(tag: str) -> Problem | None:
    if not tag:
        return Problem("length", f"Enter an Alpha tag of {SHORTEST} to {LONGEST} characters")
    if SHORTEST <= len(tag) <= LONGEST:
        return None
    size = "long" if len(tag) > LONGEST else "short"
    words = f"{tag} is too {size}. An Alpha tag has {SHORTEST} to {LONGEST} characters; this has"
    return Problem("length", f"{words} {len(tag)}.")


def _characters(tag: str) -> Problem | None:
    refused = list(dict.fromkeys(_REFUSED.findall(tag)))
    if not refused:
        return None
    shown = " ".join(refused)
    words = f"The Alpha tag cannot have {shown} in it. Use letters, numbers, spaces and hyphens."
    return Problem("chars", words)


def _first_character(tag: str) -> Problem | None:
    if not tag[:1].isdigit():
        return None
    return Problem("first", "The Alpha tag cannot start with a number")


def _letter(tag: str) -> Problem | None:
    if re.search("[A-Za-z]", tag):
        return None
    return Problem("letter", "The Alpha tag needs at least one letter")


def _spaces(tag: str) -> Problem | None:
    if tag == tag.strip() and "  " not in tag:
        return None
    return Problem("spaces", "The Alpha tag cannot start or end with a space, or have two together")


def _word(tag: str) -> Problem | None:
    if tag.casefold() not in GENERIC_WORDS:
        return None
    words = f"Networks block {tag}, because it does not say who is texting. Use your own name."
    return Problem("word", words)


def _generic(tag: str, folded: str, shape: str) -> list[Problem]:
    for word in sorted(GENERIC_WORDS, key=len, reverse=True):
        if shape == _shape(word):
            words = f"{tag} looks like the word {word.upper()}. Networks may block it"
            return [Problem("generic", words)]
        if word in folded:
            words = f"{tag} contains the word {word.upper()}. Networks may block it"
            return [Problem("generic", words)]
    return []


def _shape(tag: str) -> str:
    """What is left when look-alikes are the same: VER1FY, Ver ify and VERIFY."""
    return tag.casefold().translate(_LOOK_ALIKE)
