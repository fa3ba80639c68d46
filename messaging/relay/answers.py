"""Every answer that the relay gives: code, enhanced code and words. No other one ever leaves.

RFC 5321 says what a code means, RFC 3463 the three numbers behind it. A refusal with 5 is for good,
so it is never given for a fault of ours: 451 then, and nothing of what went wrong.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple


class Answer(NamedTuple):
    """closes: the connection ends with it. words: with {names} where something is filled in."""

    code: int
    enhanced: str
    words: str
    closes: bool = False

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced} {self.words}"

    def about(self, **values: object) -> "Answer":
        said = {name: printable(str(value)) for name, value in values.items()}
        return self._replace(words=self.words.format(**said))

    @property
    def is_refusal(self) -> bool:
        return self.code >= 400


class Unfit(Exception):
    """A mail, or something of it, that gets this answer instead of being sent."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


def printable(text: str) -> str:
    """What a client said, short and in letters that cannot do harm in an answer or a log."""
    if not (text.isascii() and text.isprintable()):
        text = re.sub(r"[^ -~]", "?", text)
    return text[:60]


# -- Taken ---------------------------------------------------------------------------------------
OK: Final = Answer(250, "2.0.0", "OK")
SENDER_OK: Final = Answer(250, "2.1.0", "Sender OK")
RECIPIENT_OK: Final = Answer(250, "2.1.5", "Recipient OK")
ACCEPTED: Final = Answer(250, "2.0.0", "Accepted as message {reference}")
DUPLICATE: Final = Answer(250, "2.0.0", "duplicate of {reference}, not sent again")
COUNTED: Final = Answer(250, "2.0.0", "Counted with an earlier alarm that says the same")
FOR_OPERATOR: Final = Answer(250, "2.0.0", "Kept for the people who run this server")
SIGNED_IN: Final = Answer(235, "2.7.0", "Authentication successful")
BYE: Final = Answer(221, "2.0.0", "Bye")
HELP: Final = Answer(214, "2.0.0", "The subject line is the text; the rest is not sent")
CANNOT_SAY: Final = Answer(252, "2.5.0", "Cannot say whether this address exists; try to send")
START_TLS: Final = Answer(220, "2.0.0", "Ready to start TLS")

# -- Not now -------------------------------------------------------------------------------------
SYSTEM_PROBLEM: Final = Answer(451, "4.3.0", "Temporary system problem, try again later")
DNS_PROBLEM: Final = Answer(451, "4.4.3", "The sender cannot be checked just now, try again later")
TOO_MANY_CONNECTIONS: Final = Answer(421, "4.3.2", "Too many connections", closes=True)
SHUTTING_DOWN: Final = Answer(421, "4.3.2", "Shutting down, try again in a moment", closes=True)
TIMED_OUT: Final = Answer(421, "4.4.2", "Waited too long", closes=True)
TOO_MANY_COMMANDS: Final = Answer(421, "4.7.0", "Too many commands", closes=True)
LOCKED: Final = Answer(421, "4.7.0", "Too many wrong passwords, wait a while", closes=True)
FULL: Final = Answer(452, "4.3.1", "No room, try again later")
TOO_MANY_RECIPIENTS: Final = Answer(452, "4.5.3", "Too many recipients in one mail")
SLOW_DOWN: Final = Answer(450, "4.7.1", "Too many messages, slow down")
NO_TLS: Final = Answer(454, "4.7.0", "TLS is not available")

# -- Recipients ----------------------------------------------------------------------------------
NOT_OURS: Final = Answer(550, "5.7.1", "Relaying denied")
NOT_A_MOBILE: Final = Answer(550, "5.1.1", "'{typed}' is not a mobile number")
MALFORMED: Final = Answer(553, "5.1.3", "Malformed address")
NOT_ASCII: Final = Answer(553, "5.6.7", "An address here has only ASCII characters")
NOT_ALLOWED: Final = Answer(550, "5.7.1", "Number not allowed")
OPTED_OUT: Final = Answer(550, "5.7.1", "Recipient has opted out")

# -- Senders -------------------------------------------------------------------------------------
# One answer for all of them: nobody learns who may.
NOT_AUTHORISED: Final = Answer(550, "5.7.1", "Sender not authorised for SMS relay")
NOT_PROVEN: Final = Answer(550, "5.7.26", "Sender authentication failed")
AUTH_REQUIRED: Final = Answer(530, "5.7.0", "Authentication required")
AUTH_WRONG: Final = Answer(535, "5.7.8", "Authentication credentials invalid")
AUTH_NEEDS_TLS: Final = Answer(538, "5.7.11", "Encryption required for authentication")
AUTH_UNKNOWN: Final = Answer(504, "5.5.4", "Unrecognised authentication type")
AUTOMATIC: Final = Answer(550, "5.7.1", "Automatic mail is not relayed")
LOOP: Final = Answer(554, "5.4.6", "This mail goes round in a loop")
DAILY_LIMIT: Final = Answer(550, "5.7.1", "Daily limit reached")

# -- The mail itself -----------------------------------------------------------------------------
EMPTY_SUBJECT: Final = Answer(554, "5.6.0", "Empty subject: the subject line is the text")
TWO_SUBJECTS: Final = Answer(554, "5.6.0", "More than one Subject")
UNREADABLE: Final = Answer(554, "5.6.0", "The subject cannot be read")
TOO_LONG: Final = Answer(554, "5.6.0", "Subject makes {parts} parts, limit is {limit}")
NO_HEADERS: Final = Answer(554, "5.6.0", "This is no mail: it has no header")
BAD_FROM: Final = Answer(554, "5.6.0", "From must be exactly one address")
LARGE_HEADER: Final = Answer(554, "5.6.0", "The header is too large")
LINE_TOO_LONG: Final = Answer(554, "5.6.0", "A line is longer than 1000 bytes")
BARE: Final = Answer(554, "5.6.0", "Bare CR or LF", closes=True)
TOO_LARGE: Final = Answer(552, "5.3.4", "Message too big")

# -- The conversation ----------------------------------------------------------------------------
BAD_SYNTAX: Final = Answer(500, "5.5.2", "Syntax error")
UNKNOWN_COMMAND: Final = Answer(500, "5.5.1", "Command not recognised")
BAD_ARGUMENT: Final = Answer(501, "5.5.4", "Syntax error in the arguments")
NOT_IMPLEMENTED: Final = Answer(502, "5.5.1", "Not implemented")
WRONG_ORDER: Final = Answer(503, "5.5.1", "Not in this order")
BAD_PARAMETER: Final = Answer(555, "5.5.4", "Parameter not recognised")
NO_SECURITY: Final = Answer(554, "5.7.0", "Refused: the connection is not secure")
TOO_EARLY: Final = Answer(554, "5.5.1", "You spoke before the greeting", closes=True)

ALL: Final = tuple(each for each in list(globals().values()) if isinstance(each, Answer))

# What the library says by itself, by its code: ours in its place.
_STOCK: Final = {
    214: HELP, 221: BYE, 235: SIGNED_IN, 250: OK, 252: CANNOT_SAY, 421: TOO_MANY_COMMANDS,
    454: NO_TLS, 500: BAD_SYNTAX, 501: BAD_ARGUMENT, 502: NOT_IMPLEMENTED, 503: WRONG_ORDER,
    504: AUTH_UNKNOWN, 530: AUTH_REQUIRED, 538: AUTH_NEEDS_TLS, 552: TOO_LARGE, 553: MALFORMED,
    554: NO_SECURITY, 555: BAD_PARAMETER,
}  # fmt: skip
_SPECIAL: Final = {
    "220 Ready": START_TLS,
    "500 Line too long": LINE_TOO_LONG,
    '500 Error: command "': UNKNOWN_COMMAND,
}
_PART_OF_THE_PROTOCOL: Final = re.compile(r"220 |250-|250 HELP$|334 |354 ")


@lru_cache(maxsize=64)
def spoken(stock: str) -> Answer | None:
    """Ours for a line of the library; None for one that says no more than the protocol does."""
    for beginning, answer in _SPECIAL.items():
        if stock.startswith(beginning):
            return answer
    if _PART_OF_THE_PROTOCOL.match(stock):
        return None
    return _STOCK.get(int(stock[:3]) if stock[:3].isdigit() else 0, SYSTEM_PROBLEM)


_ANY: Final = [
    re.compile("[ -~]{0,60}".join(map(re.escape, re.split(r"\{\w+\}", str(each))))) for each in ALL
]


def is_known(line: str) -> bool:
    """Whether a line is one of the answers above, with whatever is filled in."""
    return any(pattern.fullmatch(line) for pattern in _ANY)
