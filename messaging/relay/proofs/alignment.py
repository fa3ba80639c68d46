"""Whether a domain that proves itself may speak for the domain of the writer (RFC 7489, 3.1)."""

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from messaging.relay.proofs.lookups import Lookups


def may_align(domain: str, writer: str) -> bool:
    """Whether they are of one organisation: no other needs to be looked at."""
    ours = organisation(writer)
    return bool(ours) and organisation(domain) == ours


def is_aligned(domain: str, writer: str, lookups: Lookups) -> bool:
    """The same domain always; another of the organisation where the writer's DMARC record lets it.

    Without a record nobody has said that one may speak for another: then it is the same or none.
    Raises NoAnswerNow, TooMany.
    """
    if domain == writer:
        return True
    return may_align(domain, writer) and _is_relaxed(writer, lookups)


def organisation(domain: str) -> str:
    """physics.ox.ac.uk is of ox.ac.uk; "" for what nobody can own, as ac.uk."""
    return _suffixes().privatesuffix(domain) or "" if domain else ""


def _is_relaxed(writer: str, lookups: Lookups) -> bool:
    for place in dict.fromkeys((writer, organisation(writer))):
        record = lookups.text(f"_dmarc.{place}", b"v=dmarc1")
        if record is not None:
            said = re.search(rb";\s*adkim\s*=\s*([a-z]+)", record.lower())
            return said is None or said[1] == b"r"
    return False


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
