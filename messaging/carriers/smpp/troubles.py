"""Why a connection could not be opened, in words for whoever looks after the carrier."""

from typing import Final

from messaging.carriers import unreachable
from messaging.carriers.smpp.session import BindRefused, Line

BROKEN_OFF: Final = unreachable.BROKEN_OFF
REFUSALS: Final = {
    0x05: "the carrier says that this account is connected already",
    0x0D: "the carrier refuses the account",  # ESME_RBINDFAIL
    0x0E: "the carrier refuses the account: its password is wrong",
    0x0F: "the carrier refuses the account: it does not know the system ID",
}


def words(why: Exception, line: Line) -> str:
    """Without a full stop, to stand within a sentence."""
    if isinstance(why, BindRefused):
        refusal = REFUSALS.get(why.status, "the carrier refuses the connection")
        return f"{refusal} (0x{why.status:02X})"
    return unreachable.words(why, line.host, line.port)
