"""YES and NO as people write them. What is neither, or both, is for a person to read."""

import re
import unicodedata
from typing import Final

from smsportal.lib.choices import TextChoices


class Said(TextChoices):
    YES = "yes", "Yes"
    NO = "no", "No"
    OTHER = "other", "Something else"


YES: Final = frozenset(
    "yes yess yesss yea yeah yeahh yeh yep yepp yup yah ya ye y ok okay okey okie oki k kk sure "
    "surely certainly absolutely definitely agreed accept accepted confirm confirmed attending "
    "coming affirmative aye si oui ja da ydw ydy".split()
)
NO: Final = frozenset(
    "no noo nooo nope nop nah naw n nay never negative cannot cant wont decline declined unable "
    "unavailable non nein nyet nac nage nadw".split()
)
YES_PHRASES: Final = (
    "no problem", "no worries", "not a problem", "i can", "i will", "ill be there", "ill come",
    "will do", "count me in", "of course", "im in", "i am in", "sounds good", "works for me",
    "that works", "that is fine", "thats fine", "see you there", "im coming", "i am coming",
)  # fmt: skip
NO_PHRASES: Final = (
    "i cant", "i cannot", "i can not", "i wont", "i will not", "not able", "im out", "i am out",
    "not coming", "not available", "not today", "not this time", "not me", "afraid not",
    "im afraid not", "i am afraid not", "im not", "i am not", "count me out", "i dont think so",
    "dont think so", "im unable", "i am unable", "can not",
)  # fmt: skip
NEITHER: Final = ("yes and no", "yes or no", "no idea", "ok but", "yes but", "yeah but", "no but")
# People say these first, whatever they say then.
BEFORE: Final = frozenset("sorry hi hello hey oh ah um er well thanks thank you so really".split())
SIGNS: Final = {
    "👍": Said.YES, "👌": Said.YES, "✅": Said.YES, "✔": Said.YES, "☑": Said.YES, "🆗": Said.YES,
    "👎": Said.NO, "❌": Said.NO, "✖": Said.NO, "🚫": Said.NO, "🙅": Said.NO,
}  # fmt: skip

_NO_WORD: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = re.compile(r"['’‘`´]")


def said(words: str) -> Said:
    """What an answer to a question that wants YES or NO says."""
    plain = _plain(words)
    if not plain:
        return _by_signs(words)
    if _begins(plain, NEITHER):
        return Said.OTHER
    if _begins(plain, YES_PHRASES):
        return Said.YES
    if _begins(plain, NO_PHRASES):
        return Said.NO
    first, _, rest = plain.partition(" ")
    if first in NO:
        return Said.NO
    if first in YES:
        return Said.OTHER if NO & set(rest.split()) else Said.YES
    return Said.OTHER


def _plain(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).casefold()
    spaced = _NO_WORD.sub(" ", _APOSTROPHES.sub("", folded)).split()
    while len(spaced) > 1 and spaced[0] in BEFORE:
        spaced = spaced[1:]
    return " ".join(spaced)


def _begins(plain: str, phrases: tuple[str, ...]) -> bool:
    return f"{plain} ".startswith(tuple(f"{phrase} " for phrase in phrases))


def _by_signs(words: str) -> Said:
    shown = {meaning for sign, meaning in SIGNS.items() if sign in words}
    return shown.pop() if len(shown) == 1 else Said.OTHER
