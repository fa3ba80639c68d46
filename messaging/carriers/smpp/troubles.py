"""Why a connection could not be opened, in words for whoever looks after the carrier."""

import socket
import ssl
from typing import Final

from messaging.carriers.smpp.session import BindRefused, Line

BROKEN_OFF: Final = "the carrier broke the connection off"
REFUSALS: Final = {
    0x05: "the carrier says that this account is connected already",
    0x0D: "the carrier refuses the account",  # ESME_RBINDFAIL
    0x0E: "the carrier refuses the account: its password is wrong",
    0x0F: "the carrier refuses the account: it does not know the system ID",
}


def words(why: Exception, line: Line) -> str:
    """Without a full stop, to stand within a sentence."""
    where = f"{line.host}:{line.port}"
    if isinstance(why, BindRefused):
        refusal = REFUSALS.get(why.status, "the carrier refuses the connection")
        return f"{refusal} (0x{why.status:02X})"
    if isinstance(why, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not accepted: {why.verify_message}"
    if isinstance(why, ssl.SSLError):
        reason = getattr(why, "reason", "") or "it gives no reason"
        return f"{where} does not speak TLS as we do: {reason}"
    if isinstance(why, socket.gaierror):
        return f"no machine is known by the name {line.host}"
    if isinstance(why, ConnectionRefusedError):
        return f"nobody listens at {where}"
    if isinstance(why, ConnectionError):
        return BROKEN_OFF
    if getattr(why, "errno", None) or str(why).startswith(
        "Multiple exceptions"
    ):  # one for each of its addresses
        return f"{where} cannot be reached"
    return str(why)  # a session's own words: it waited in vain
