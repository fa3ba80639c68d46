"""DNS for one mail: few questions, each answered soon or not at all."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.nameserver
import dns.rdatatype
import dns.resolver
from django.conf import settings

SECONDS = 3.0
MOST = 10


class NoAnswerNow(Exception):
    """The name servers did not say in time: nobody knows, and the mail comes again later."""


class TooMany(Exception):
    """A mail that needs so many look-ups proves nothing."""


class Lookups:
    """What one mail may ask. Answers are kept for as long as their zones say."""

    def __init__(self) -> None:
        self.count = 0
        self._resolver = _resolver(tuple(settings.RELAY_DNS_SERVERS))

    def ask(self, name: str, kind: str) -> list[Any]:
        """Empty where there is no such name, or nothing of that kind. kind: "TXT", "A", ..

        Raises NoAnswerNow, TooMany.
        """
        self.count += 1
        if self.count > MOST:
            raise TooMany(name)
        try:
            answer = self._resolver.resolve(
                name, kind, raise_on_no_answer=False, search=False, lifetime=SECONDS
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return []
        except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError) as silent:
            raise NoAnswerNow(f"{kind} of {name}: {silent}") from silent
        except (dns.exception.DNSException, UnicodeError):
            return []  # not a name that DNS can have
        return list(answer.rrset or ())

    def text(self, name: str, begins: bytes = b"") -> bytes | None:
        """The one TXT record of a name that begins so; None for none, or for more than one."""
        found = [b"".join(record.strings) for record in self.ask(name, "TXT")]
        fitting = [text for text in found if text.lower().startswith(begins)]
        return fitting[0] if len(fitting) == 1 else None


@lru_cache(maxsize=4)
def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver:
    """One for all mails, since it keeps the answers."""
    resolver = dns.resolver.Resolver(configure=not servers)
    resolver.cache = dns.resolver.LRUCache(1000)
    resolver.use_edns(0, 0, 1232)
    if servers:
        resolver.nameservers = [_server(each) for each in servers]
    return resolver


def _server(written: str) -> dns.nameserver.Do53Nameserver:
    place = urlsplit(f"//{written}")  # [::1]:53 too
    return dns.nameserver.Do53Nameserver(place.hostname or "", place.port or 53)
