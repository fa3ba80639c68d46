"""What a carrier's command_status (SMPP 3.4, 5.1.3) means for the text it is about."""

from dataclasses import dataclass
from typing import Final

from messaging.carriers.base import Outcome

OK: Final = 0x00
INVALID_COMMAND: Final = 0x03
INVALID_LENGTH: Final = 0x02
TRY_AGAIN: Final = 0x64  # ours to say: the text or receipt was not stored, send it again
NEVER_AGAIN: Final = 0x65  # ours to say: it cannot be read, do not send it again


@dataclass(frozen=True, slots=True)
class Verdict:
    """words: for people, what the carrier said."""

    outcome: Outcome
    words: str


_NUMBER = Verdict(Outcome.REFUSED, "the network does not take this number")
_SENDER = Verdict(Outcome.REFUSED, "the network does not take this sender")
_OURS = Verdict(Outcome.REFUSED, "the network could not read what we sent; the team has been told")
_POLICY = Verdict(Outcome.REFUSED, "the network refused it")
_FAST = Verdict(Outcome.THROTTLED, "the network asked us to go slower")
_LATER = Verdict(Outcome.NOT_SENT, "the network is busy")
_ACCOUNT = Verdict(Outcome.NOT_TRIED, "the network does not accept our account just now")

VERDICTS: Final = {
    0x04: Verdict(Outcome.NOT_TRIED, "the connection to the network was not open"),
    0x05: _ACCOUNT,
    0x0D: _ACCOUNT,
    0x0E: _ACCOUNT,
    0x0F: _ACCOUNT,
    0x14: _FAST,  # ESME_RMSGQFUL
    0x58: _FAST,  # ESME_RTHROTTLED
    0x08: _LATER,  # ESME_RSYSERR
    0x45: _LATER,  # ESME_RSUBMITFAIL
    0x64: _LATER,  # ESME_RX_T_APPN
    0xFE: _LATER,  # ESME_RDELIVERYFAILURE
    0x0B: _NUMBER,  # ESME_RINVDSTADR
    0x50: _NUMBER,
    0x51: _NUMBER,
    0x0A: _SENDER,  # ESME_RINVSRCADR
    0x48: _SENDER,
    0x49: _SENDER,
    0x65: _POLICY,  # ESME_RX_P_APPN
    0x66: _POLICY,  # ESME_RX_R_APPN
    0x01: _OURS,  # ESME_RINVMSGLEN
    0x02: _OURS,
    0x03: _OURS,
    0x43: _OURS,  # ESME_RINVESMCLASS
    0x61: _OURS,  # ESME_RINVSCHED
    0x62: _OURS,  # ESME_RINVEXPIRY
    **dict.fromkeys(range(0xC0, 0xC5), _OURS),  # TLVs
}
UNMAPPED: Final = Verdict(Outcome.NOT_SENT, "the network gave a reason that we do not know")


def verdict(command_status: int) -> Verdict:
    """Of a submit that was refused. What is in no table was definitely not taken."""
    return VERDICTS.get(command_status, UNMAPPED)


def code(command_status: int) -> str:
    return f"smpp 0x{command_status:02X}"
