"""What a text that came in means, by its words and by the number it came to. Pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from inbound.handling.wishes import Wish, depends_on_a_question, wish
from inbound.keywords.reading import read
from smsportal.lib.choices import TextChoices


class Place(TextChoices):
    WAITING = "waiting", "Not sorted yet"
    KEYWORD = "keyword", "For a keyword"
    NUMBER = "number", "For a virtual number"
    WISH = "wish", "About being texted"
    UNMATCHED = "unmatched", "For nobody that we know"
    DISMISSED = "dismissed", "Looked at, for nobody"


DECIDED: Final = (Wish.OUT, Wish.OUT_EVERYWHERE, Wish.BACK)


@dataclass(frozen=True, slots=True)
class Meaning:
    """wish: perhaps beside another place, for a person to look at."""

    place: Place
    words: str = ""
    keyword: str = ""
    suggestion: str = ""
    wish: Wish = Wish.NONE


def to_short_code(
    body: str, *, prefix: str, keywords: Collection[str], was_asked: Callable[[], bool]
) -> Meaning:
    reading = read(body, prefix=prefix, keywords=keywords)
    wanted = _wish(reading.words, was_asked)
    if wanted in DECIDED:
        return Meaning(Place.WISH, reading.words, reading.keyword, wish=wanted)
    if reading.keyword:
        return Meaning(Place.KEYWORD, reading.words, reading.keyword, wish=wanted)
    return Meaning(Place.UNMATCHED, reading.words, suggestion=reading.suggestion, wish=wanted)


def to_number(body: str, *, is_rented: bool, was_asked: Callable[[], bool]) -> Meaning:
    """is_rented: somebody has that number now."""
    wanted = _wish(body, was_asked)
    if wanted in DECIDED:
        return Meaning(Place.WISH, body.strip(), wish=wanted)
    place = Place.NUMBER if is_rented else Place.UNMATCHED
    return Meaning(place, body.strip(), wish=wanted)


def _wish(words: str, was_asked: Callable[[], bool]) -> Wish:
    return wish(words, was_asked=depends_on_a_question(words) and was_asked())
