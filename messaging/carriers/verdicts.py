"""What a carrier's answer can mean for a text, with the words for people. Each kind has a table
from its own codes to these.
"""

from dataclasses import dataclass
from typing import Final

from messaging.carriers.base import Outcome
from messaging.text import refusals


@dataclass(frozen=True, slots=True)
class Verdict:
    """words: for people, what the carrier said."""

    outcome: Outcome
    words: str = ""


TAKEN: Final = Verdict(Outcome.ACCEPTED)
HAD: Final = Verdict(Outcome.DUPLICATE, "the network had it already, and sends no second copy")
NUMBER: Final = Verdict(Outcome.REFUSED, refusals.NUMBER)
SENDER: Final = Verdict(Outcome.SENDER_REFUSED, refusals.SENDER)
OURS: Final = Verdict(
    Outcome.REFUSED, "the network could not read what we sent; the team has been told"
)
POLICY: Final = Verdict(Outcome.REFUSED, "the network refused it")
FAST: Final = Verdict(Outcome.THROTTLED, refusals.SLOWER)
LATER: Final = Verdict(Outcome.NOT_SENT, "the network is busy")
ACCOUNT: Final = Verdict(Outcome.NOT_TRIED, "the network does not accept our account just now")
NO_LINE: Final = Verdict(Outcome.NOT_TRIED, "the connection to the network was not open")
DOUBT: Final = Verdict(Outcome.AMBIGUOUS)
UNMAPPED: Final = Verdict(Outcome.NOT_SENT, "the network gave a reason that we do not know")

# As a table says them that people fill in.
BY_NAME: Final = {
    "accepted": TAKEN,
    "duplicate": HAD,
    "number": NUMBER,
    "sender": SENDER,
    "message": OURS,
    "refused": POLICY,
    "busy": LATER,
    "throttled": FAST,
    "account": ACCOUNT,
    "unknown": DOUBT,
}
