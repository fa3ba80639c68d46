"""Who has written a mail: never what its From line says, but what is proven of it.

RELAY_PROOFS says which proofs count. Asks name servers, so it runs outside every transaction.
"""

import enum
import ipaddress
import logging
from collections.abc import Callable
from functools import cache

from django.conf import settings

from accounts.people.models import Person
from accounts.people.services import person_of
from messaging.relay.proofs.front import is_vouched_for
from messaging.relay.proofs.letter import Letter, Peer, same_address
from messaging.relay.proofs.lookups import Lookups, NoAnswerNow, TooMany
from messaging.relay.proofs.policy import is_permitted
from messaging.relay.proofs.signatures import is_signed
from smsportal.lib import db

__all__ = ["Peer", "Proof", "person_of", "prove", "prove_at_once"]
log = logging.getLogger(__name__)


class Proof(enum.Enum):
    PASSED = "passed"
    FAILED = "failed"
    TRY_LATER = "try later"  # a name server did not answer: neither proven nor refuted


def prove(
    *,
    header_from: str,
    envelope_from: str,
    peer: Peer,
    raw: bytes,
    signed_in: Person | None,
) -> Proof:
    """Whether the mail is from `header_from`, its one From address.

    raw: the whole mail as it came; signed_in: whose app password was given. Whoever signed in is
    known, and nothing else is looked at.
    """
    letter = Letter(header_from, envelope_from, peer, raw)
    return _by_whom_it_comes(letter, signed_in) or _by_lookups(letter)


def prove_at_once(
    *,
    header_from: str,
    envelope_from: str,
    peer: Peer,
    raw: bytes,
    signed_in: Person | None,
) -> Proof | None:
    """The same as far as it needs no name server, so that nobody waits; None where it does."""
    return _by_whom_it_comes(Letter(header_from, envelope_from, peer, raw), signed_in)


def _by_whom_it_comes(letter: Letter, signed_in: Person | None) -> Proof | None:
    if signed_in is not None:
        is_theirs = same_address(signed_in.email, letter.header_from)
        return Proof.PASSED if is_theirs and "password" in settings.RELAY_PROOFS else Proof.FAILED
    is_trusted = "network" in settings.RELAY_PROOFS and _is_from_trusted_network(letter)
    return Proof.PASSED if is_trusted else None


def _by_lookups(letter: Letter) -> Proof:
    unsure = False
    for name, holds in LOOKED_UP.items():
        try:
            if name in settings.RELAY_PROOFS and holds(letter):
                return Proof.PASSED
        except NoAnswerNow as silent:
            log.info("%s cannot be looked up now: %s", name, silent)
            unsure = True
        except TooMany:
            log.info("%s needs too many look-ups", name)
    return Proof.TRY_LATER if unsure else Proof.FAILED


def _is_from_trusted_network(letter: Letter) -> bool:
    """A machine of ours that has asked its people who they are."""
    address = letter.peer.address
    if address is None or not letter.is_from_its_envelope:
        return False
    return any(address in _net(written) for written in settings.RELAY_TRUSTED_NETS)


@cache
def _net(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(written)


# The cheap ones first. Each has look-ups of its own, so that one cannot use up another's.
LOOKED_UP: dict[str, Callable[[Letter], bool]] = {
    "front": lambda letter: is_vouched_for(letter, db.database_now()),
    "dkim": lambda letter: is_signed(letter, Lookups(), db.database_now()),
    "spf": lambda letter: is_permitted(letter, Lookups()),
}
