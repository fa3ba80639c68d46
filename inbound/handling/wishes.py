"""Whether a text asks not to be texted any more, or to be texted again.

Only the whole text counts: “stop” in a sentence may be about a bus, so a person looks at it.
Sources: the words that UK networks and Twilio agree on; YES never means START.
"""

import re
import unicodedata
from typing import Final

from smsportal.lib.choices import TextChoices


class Wish(TextChoices):
    NONE = "", "Nothing of the kind"
    OUT = "out", "Not from this department"
    OUT_EVERYWHERE = "out_everywhere", "Not from anybody"
    BACK = "back", "Texts again"
    PERHAPS = "perhaps", "A person should look"


OUT: Final = {"stop", "unsubscribe", "optout", "opt out", "remove"}
OUT_EVERYWHERE: Final = {"stopall", "stop all"}
# They answer questions, too: “Shall I cancel your place?”
OUT_UNLESS_ASKED: Final = {"end", "quit", "cancel"}
BACK: Final = {"start", "unstop"}
HINTS: Final = re.compile(r"\b(stop|unsubscribe|opt ?out|remove me)\b")

_NO_WORD: Final = re.compile(r"[\W_]+")


def wish(words: str, *, was_asked: bool = False) -> Wish:
    """was_asked: the last text that went to this person ended in a question mark."""
    said = plain(words)
    if said in OUT_EVERYWHERE:
        return Wish.OUT_EVERYWHERE
    if said in OUT or (said in OUT_UNLESS_ASKED and not was_asked):
        return Wish.OUT
    if said in BACK:
        return Wish.BACK
    return Wish.PERHAPS if HINTS.search(said) else Wish.NONE


def depends_on_a_question(words: str) -> bool:
    return plain(words) in OUT_UNLESS_ASKED


def is_question(body: str) -> bool:
    return body.rstrip(" \r\n\t\"'”’)").endswith("?")


def plain(words: str) -> str:
    """Small letters and single spaces, without punctuation, emoji or what cannot be seen."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return _NO_WORD.sub(" ", seen).strip()
