"""What a mail server's reply (RFC 5321, 4.2; enhanced codes RFC 3463) means for the text."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from messaging.carriers.base import Outcome
from messaging.carriers.verdicts import (
    ACCOUNT,
    DOUBT,
    FAST,
    LATER,
    NO_LINE,
    NUMBER,
    OURS,
    POLICY,
    TAKEN,
    Verdict,
)


class Step(Enum):
    """What was replied to. DOT: the end of the mail, after which it counts."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


# No fault of the text, though the next may be passed on: it is tried again, slower each time.
PASSED_BY: Final = Verdict(Outcome.NOT_SENT, "the mail server does not pass it on")

CLOSING: Final = 421
REFUSED: Final = {
    530: ACCOUNT,
    534: ACCOUNT,
    535: ACCOUNT,
    538: ACCOUNT,
    **dict.fromkeys((500, 501, 502, 503, 504, 555), OURS),  # the syntax
}
REFUSED_RECIPIENT: Final = {
    550: NUMBER,
    551: NUMBER,
    553: NUMBER,
    556: PASSED_BY,  # the domain takes no mail
}
ENHANCED: Final = {
    "5.1.1": NUMBER,
    "5.1.3": NUMBER,
    "5.1.6": NUMBER,
    "5.2.1": NUMBER,
    "5.1.2": PASSED_BY,  # the gateway's domain is not known
    "5.1.10": PASSED_BY,
    "5.4.4": PASSED_BY,
    "5.1.7": PASSED_BY,  # our address; Postfix says at RCPT what it holds against MAIL
    "5.1.8": PASSED_BY,
    "5.3.4": OURS,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """code: -1 for what is no reply. words: as they came, several lines as one."""

    code: int
    words: str = ""

    @property
    def enhanced(self) -> str:
        found = re.match(r"([245]\.\d{1,3}\.\d{1,3})\b", self.words)
        return found[1] if found and found[1][0] == str(self.code)[0] else ""

    @property
    def named(self) -> str:
        """As people look it up: 550 5.1.1."""
        return f"{self.code} {self.enhanced}".strip()

    @property
    def ends_the_line(self) -> bool:
        return self.code == CLOSING or not 200 <= self.code < 600

    def goes_on(self, step: Step) -> bool:
        """Whether the next step may follow."""
        return self.code == 354 if step == Step.DATA else 200 <= self.code < 300


def verdict(step: Step, reply: Reply) -> Verdict:
    if step == Step.DOT and reply.goes_on(step):
        return TAKEN
    if 400 <= reply.code < 500:
        if reply.enhanced.startswith("4.7."):
            return FAST
        return NO_LINE if reply.code == CLOSING else LATER
    if 500 <= reply.code < 600:
        return _refused(step, reply)
    return DOUBT if step == Step.DOT else NO_LINE


def _refused(step: Step, reply: Reply) -> Verdict:
    if step == Step.MAIL:  # it has heard our address alone, which is the same for every text
        return ACCOUNT
    if known := ENHANCED.get(reply.enhanced) or REFUSED.get(reply.code):
        return known
    if step != Step.RCPT:
        return POLICY
    if reply.enhanced.startswith("5.7."):  # no right to relay, or to write from our address
        return PASSED_BY
    return REFUSED_RECIPIENT.get(reply.code, POLICY)
