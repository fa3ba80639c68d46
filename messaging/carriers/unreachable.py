"""Why a machine could not be connected to, in words for whoever looks after the carrier."""

import socket
import ssl
from typing import Final

BROKEN_OFF: Final = "the carrier broke the connection off"


def words(why: Exception, host: str, port: int) -> str:
    """Without a full stop, to stand within a sentence."""
    where = f"{host}:{port}"
    if isinstance(why, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not accepted: {why.verify_message}"
    if isinstance(why, ssl.SSLError):
        reason = getattr(why, "reason", "") or "it gives no reason"
        return f"{where} does not speak TLS as we do: {reason}"
    if isinstance(why, socket.gaierror):
        return f"no machine is known by the name {host}"
    if isinstance(why, ConnectionRefusedError):
        return f"nobody listens at {where}"
    if isinstance(why, ConnectionError):
        return BROKEN_OFF
    if getattr(why, "errno", None) or str(why).startswith(
        "Multiple exceptions"
    ):  # one for each of its addresses
        return f"{where} cannot be reached"
    return str(why)  # our own words: it was waited for in vain
