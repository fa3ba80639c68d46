"""Which machine a name or an address means."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether it is this machine, whatever anybody's name server says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
