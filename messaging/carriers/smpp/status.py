"""What a carrier's command_status (SMPP 3.4, 5.1.3) means for the text it is about."""

from typing import Final

from messaging.carriers.verdicts import (
    ACCOUNT,
    FAST,
    LATER,
    NO_LINE,
    NUMBER,
    OURS,
    POLICY,
    SENDER,
    UNMAPPED,
    Verdict,
)

OK: Final = 0x00
INVALID_LENGTH: Final = 0x02
INVALID_COMMAND: Final = 0x03
NOT_BOUND: Final = 0x04
ALREADY_BOUND: Final = 0x05
INVALID_SOURCE: Final = 0x0A
INVALID_DESTINATION: Final = 0x0B
BIND_FAILED: Final = 0x0D
WRONG_PASSWORD: Final = 0x0E
WRONG_SYSTEM_ID: Final = 0x0F
QUEUE_FULL: Final = 0x14
THROTTLED: Final = 0x58
INVALID_EXPIRY: Final = 0x62
TRY_AGAIN: Final = 0x64  # ours to say: the text or receipt was not stored, send it again
NEVER_AGAIN: Final = 0x65  # ours to say: it cannot be read, do not send it again

VERDICTS: Final = {
    0x04: NO_LINE,
    0x05: ACCOUNT,
    0x0D: ACCOUNT,
    0x0E: ACCOUNT,
    0x0F: ACCOUNT,
    0x14: FAST,  # ESME_RMSGQFUL
    0x58: FAST,  # ESME_RTHROTTLED
    0x08: LATER,  # ESME_RSYSERR
    0x45: LATER,  # ESME_RSUBMITFAIL
    0x64: LATER,  # ESME_RX_T_APPN
    0xFE: LATER,  # ESME_RDELIVERYFAILURE
    0x0B: NUMBER,  # ESME_RINVDSTADR
    0x50: NUMBER,
    0x51: NUMBER,
    0x0A: SENDER,  # ESME_RINVSRCADR
    0x48: SENDER,
    0x49: SENDER,
    0x65: POLICY,  # ESME_RX_P_APPN
    0x66: POLICY,  # ESME_RX_R_APPN
    0x01: OURS,  # ESME_RINVMSGLEN
    0x02: OURS,
    0x03: OURS,
    0x43: OURS,  # ESME_RINVESMCLASS
    0x61: OURS,  # ESME_RINVSCHED
    0x62: OURS,  # ESME_RINVEXPIRY
    **dict.fromkeys(range(0xC0, 0xC5), OURS),  # TLVs
}


def verdict(command_status: int) -> Verdict:
    """Of a submit that was refused. What is in no table was definitely not taken."""
    return VERDICTS.get(command_status, UNMAPPED)


def code(command_status: int) -> str:
    return f"smpp 0x{command_status:02X}"
