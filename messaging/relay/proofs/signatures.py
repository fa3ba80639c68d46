"""DKIM: the writer's domain has signed the letter."""

import datetime as dt
import logging
import re

import dkim
import dkim.util

from messaging.relay.proofs.alignment import is_aligned, may_align
from messaging.relay.proofs.letter import COVERED, Letter
from messaging.relay.proofs.lookups import Lookups, NoAnswerNow, TooMany

log = logging.getLogger(__name__)
MOST_TRIED = 3
ALGORITHMS = {"rsa-sha256", "ed25519-sha256"}  # RFC 8301: sha1 proves nothing any more


def is_signed(letter: Letter, lookups: Lookups, now: dt.datetime) -> bool:
    """Raises NoAnswerNow, TooMany."""
    if not letter.is_plain() or not letter.is_fresh(now):
        return False
    tried, unsure = 0, None
    for index, tags in enumerate(signatures(letter)):
        domain = tags.get("d", "").lower()
        if not may_align(domain, letter.domain) or not covers(letter, tags):
            continue
        tried += 1
        if tried > MOST_TRIED:
            break
        try:
            if is_aligned(domain, letter.domain, lookups) and _holds(letter, index, lookups):
                return True
        except NoAnswerNow as silent:
            unsure = silent
    if unsure:
        raise unsure
    return False


def signatures(letter: Letter) -> list[dict[str, str]]:
    """The tags of each, the topmost first; without tags where they cannot be read."""
    return [_tags(value) for value in letter.all("dkim-signature")]


def covers(letter: Letter, tags: dict[str, str]) -> bool:
    """Whether it signs all that matters, and the letter is meant for us."""
    signed = {each.strip().lower() for each in tags.get("h", "").split(":")}
    return tags.get("a", "") in ALGORITHMS and signed >= COVERED and letter.is_meant_for_us(signed)


def _tags(value: str) -> dict[str, str]:
    try:
        found = dkim.util.parse_tag_value(value.encode("latin-1"))
    except dkim.util.InvalidTagValueList:
        return {}
    return {
        name.decode("latin-1"): re.sub(r"\s", "", text.decode("latin-1"))
        for name, text in found.items()
    }


def _holds(letter: Letter, index: int, lookups: Lookups) -> bool:
    def key(name: bytes, timeout: float = 0) -> bytes | None:
        return lookups.text(name.decode("ascii"))

    try:
        return bool(dkim.DKIM(letter.raw).verify(index, dnsfunc=key))
    except (NoAnswerNow, TooMany):
        raise
    except Exception as broken:  # whatever strangers can write into a signature or a key
        log.info("a signature that cannot be read: %s", broken)
        return False
