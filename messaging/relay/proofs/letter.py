"""One mail that somebody hands in, as the proofs look at it."""

import datetime as dt
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property

import dkim
from django.conf import settings

# A repeat of one Message-ID is known for a week: an older letter could be sent in again.
FRESH = dt.timedelta(days=7)
AHEAD = dt.timedelta(days=1)  # clocks that are fast
# What a signature must cover: words, writer, day. Then whoever has the letter can change none.
COVERED = frozenset({"from", "subject", "date"})
ADDRESSED = frozenset({"to", "cc"})


@dataclass(frozen=True)
class Peer:
    """Who is at the other end. ip: "" for a unix socket."""

    ip: str
    helo: str

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        try:
            found = ipaddress.ip_address(self.ip)
        except ValueError:
            return None
        return getattr(found, "ipv4_mapped", None) or found

    @property
    def is_this_machine(self) -> bool:
        return not self.ip or (self.address is not None and self.address.is_loopback)


@dataclass(frozen=True)
class Letter:
    header_from: str
    envelope_from: str
    peer: Peer
    raw: bytes

    @property
    def domain(self) -> str:
        return domain_of(self.header_from)

    @property
    def is_from_its_envelope(self) -> bool:
        return same_address(self.header_from, self.envelope_from)

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """Header fields as DKIM reads them, the topmost first, names in small letters.

        Empty for a header that it cannot read: then nothing can be proven by it.
        """
        try:
            found, _ = dkim.rfc822_parse(self.raw)
        except dkim.DKIMException:
            return []
        return [
            (name.decode("latin-1").lower(), " ".join(value.decode("latin-1").split()))
            for name, value in found
        ]

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.fields if each == name]

    def is_plain(self) -> bool:
        """One of each that matters, and the writer that the session read is the one DKIM reads:
        a second field of a name would stand there unsigned.
        """
        singles = all(len(self.all(name)) == 1 for name in COVERED)
        addressed = all(len(self.all(name)) <= 1 for name in ADDRESSED)
        return singles and addressed and self.header_from.lower() in self.all("from")[0].lower()

    def is_fresh(self, now: dt.datetime) -> bool:
        try:
            written = parsedate_to_datetime(self.all("date")[0])
        except (ValueError, IndexError, TypeError, OverflowError):
            return False
        if written.tzinfo is None:
            written = written.replace(tzinfo=dt.UTC)
        return now - FRESH <= written <= now + AHEAD

    def is_meant_for_us(self, signed: Iterable[str]) -> bool:
        """Whether a field that is signed addresses it to us. Any other letter that its writer once
        signed could be sent in by whoever has it, to numbers of their choice.
        """
        written = [value for name in ADDRESSED & set(signed) for value in self.all(name)]
        domains = {domain_of(address) for _, address in getaddresses(written)}
        return not domains.isdisjoint(each.lower() for each in settings.RELAY_DOMAINS)


def same_address(one: str, other: str) -> bool:
    """Whatever their case. Outside ASCII small letters of look-alikes could be equal."""
    return one == other or (
        one.isascii() and other.isascii() and one.lower() == other.lower() and "@" in one
    )


def domain_of(address: str) -> str:
    return re.sub(r"\.$", "", address.rpartition("@")[2].strip().lower())
