"""What our own front server found out, in the Authentication-Results that it puts on top.

Anybody can write such a line. Only the topmost counts, only under our own name, and only when the
front server itself hands the letter in: it takes away what strangers wrote under that name.
"""

import datetime as dt

import authres
from django.conf import settings

from messaging.relay.proofs.alignment import may_align
from messaging.relay.proofs.letter import Letter
from messaging.relay.proofs.lookups import NoAnswerNow
from messaging.relay.proofs.signatures import covers, signatures

FEATURES = authres.all_features()
LATER = "temperror"


def is_vouched_for(letter: Letter, now: dt.datetime) -> bool:
    """Raises NoAnswerNow where the front server had no answer itself."""
    if not letter.peer.is_this_machine or not settings.RELAY_AUTHSERV_ID:
        return False
    result = _dmarc(letter)
    if result == LATER:
        raise NoAnswerNow("the front server could not look it up")
    return result == "pass" and letter.is_plain() and _is_no_copy(letter, now)


def _dmarc(letter: Letter) -> str:
    """What it says of DMARC for the writer's domain; "" for nothing."""
    lines = letter.all("authentication-results")
    try:
        found = FEATURES.parse(f"Authentication-Results: {lines[0]}") if lines else None
    except authres.AuthResError:
        return ""
    if found is None or found.authserv_id.lower() != settings.RELAY_AUTHSERV_ID.lower():
        return ""
    for each in found.results:
        if each.method == "dmarc" and _property(each, "from") == letter.domain:
            return str(each.result).lower()
    return ""


def _property(result: authres.AuthenticationResult, name: str) -> str:
    values = [
        each.value for each in result.properties if (each.type, each.name) == ("header", name)
    ]
    return str(values[0]).lower() if len(values) == 1 else ""


def _is_no_copy(letter: Letter, now: dt.datetime) -> bool:
    """DMARC may have passed by any of the domain's signatures, so all must cover what matters.
    Where there is none it passed by SPF, which no copy of a letter does.
    """
    theirs = [
        tags
        for tags in signatures(letter)
        if not tags or may_align(tags.get("d", "").lower(), letter.domain)
    ]
    return not theirs or (letter.is_fresh(now) and all(covers(letter, tags) for tags in theirs))
