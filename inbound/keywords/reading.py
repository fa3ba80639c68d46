"""What a text to the short code means: its prefix, a keyword, and the words that are left.

Nobody types as a poster says, so case, quotes, `#`, full stops and spaces do not matter. A keyword
that only nearly stands there is never guessed: it is suggested to whoever sorts what found no home.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 3  # in a keyword, such as OPEN DAY
LONGEST: Final = 30  # characters of a keyword

# What people put round and between the words of a poster.
_BETWEEN: Final = r"\s\"'`´“”‘’„‚«»#.,:;!?()\[\]<>*_/\\|+=–—-"
_WORD: Final = re.compile(f"[^{_BETWEEN}]+")
# After a keyword: what is fastened to it, and a dash or colon that stands by itself.
_FASTENED: Final = re.compile(r"^[\"'”’»]?[#.,:;!?–—-]*\s*(?:[#.,:;–—-]+\s+)?")
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}
_UNSEEN: Final = {"Cc", "Cf"}  # control characters and what has no width

# Characters that a poster or a hurried thumb takes for one another.
_ALIKE: Final = str.maketrans("015826L", "OISBZGI")


@dataclass(frozen=True, slots=True)
class Reading:
    """keyword: one of the known, or empty. words: what is left. suggestion: a known keyword that
    was probably meant, where none stands there.
    """

    keyword: str
    words: str
    has_prefix: bool
    suggestion: str = ""


def read(text: str, *, prefix: str, keywords: Collection[str]) -> Reading:
    """keywords: as `canonical` writes them."""
    text = _visible(text)
    found = list(_WORD.finditer(text))
    folded = [_folded(each.group()) for each in found]
    has_prefix = bool(folded) and folded[0] == prefix
    rest = found[1:] if has_prefix else found
    words = folded[1:] if has_prefix else folded
    if has_prefix:
        for count in range(min(MOST_WORDS, len(words)), 0, -1):
            keyword = " ".join(words[:count])
            if keyword in keywords:
                return Reading(keyword, _after(text, rest[count - 1].end()), True)
    after = _after(text, found[0].end()) if has_prefix else text.strip()
    return Reading("", after, has_prefix, _suggestion(words, prefix, keywords))


def canonical(keyword: str) -> str:
    """As it is kept and compared: capitals, with single spaces."""
    return " ".join(_folded(each) for each in _WORD.findall(_visible(keyword)))


def skeleton(keyword: str) -> str:
    """Equal for two keywords that people would confuse: HELP0 and HELPO, OPEN DAY and OPENDAY."""
    return canonical(keyword).replace(" ", "").translate(_ALIKE)


def _visible(text: str) -> str:
    return "".join(
        " " if character in "\r\n\t" else character
        for character in text
        if character in "\r\n\t" or unicodedata.category(character) not in _UNSEEN
    )


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().upper()


def _after(text: str, end: int) -> str:
    """What follows; without the quotation mark that ends the whole text and began it."""
    rest = _FASTENED.sub("", text[end:]).strip()
    closing = _QUOTES.get(text.strip()[:1])
    if closing and rest.endswith(closing) and rest.count(closing) == 1:
        rest = rest[:-1].rstrip()
    return rest


def _suggestion(words: list[str], prefix: str, keywords: Collection[str]) -> str:
    """The longest that was meant: run together, without the prefix, or one that looks alike."""
    by_skeleton = {skeleton(keyword): keyword for keyword in keywords}
    for meant in _meant(words, prefix):
        if keyword := by_skeleton.get(skeleton(meant)):
            return keyword
    for word in words[:2]:
        run_together = word.removeprefix(prefix)
        starts = [k for k in keywords if run_together.startswith(k.replace(" ", ""))]
        if starts and run_together:
            return max(starts, key=len)
    return ""


def _meant(words: list[str], prefix: str) -> Iterator[str]:
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        together = "".join(words[:count])
        yield together
        if together.startswith(prefix):
            yield together.removeprefix(prefix)
