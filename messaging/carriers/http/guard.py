"""Which machines a carrier's address may lead to: public ones over TLS, and this one.

Whoever may set up a carrier could else have the sender call what only the university's own network
reaches. Hosts named in PRIVATE_CARRIER_HOSTS are trusted: a gateway of one's own.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from smsportal.lib.hosts import is_loopback

NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class Unsafe(OSError):
    """Its words say which address it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """The machine and port of an address."""

    scheme: str
    host: str
    port: int

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def netloc(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def place_of(url: str) -> Place:
    """Raises ValueError for what is no address of the web."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"{url[:80]} is no address of the web")
    return Place(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])


def is_trusted(host: str) -> bool:
    return is_loopback(host) or host in settings.PRIVATE_CARRIER_HOSTS


async def resolve(place: Place, *, trusts: Callable[[str], bool] = is_trusted) -> list[str]:
    """The addresses of a machine, each fit to be called. The caller connects to one of these and
    asks no name server again, which might answer differently. trusts: whether a host may be inside
    the university. Raises OSError.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if not trusts(place.host):
        for address in addresses:
            if not is_public(address):
                raise Unsafe(f"{place.host} leads to {address}, which is not on the internet")
    return addresses


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        else:
            ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast
