"""What goes over HTTP to a carrier and what comes back, as plain values; and what an answer means
that the carrier's own table says nothing of.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from messaging.carriers.base import Answer, OutgoingText, PartAnswer
from messaging.carriers.verdicts import (
    ACCOUNT,
    DOUBT,
    FAST,
    NO_LINE,
    OURS,
    UNMAPPED,
    Verdict,
)

LONGEST_ANSWER: Final = 64 * 1024  # bytes; no answer about one text comes near
LONGEST_REST: Final = 60.0
LONGEST_REF, LONGEST_CODE = 64, 40


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Its headers may hold a secret, so it is never logged."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """headers: their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace").replace("\x00", "")

    def json(self) -> Any:
        """None for what is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply means. problem: of the line and not of the text, for whoever looks after the
    carrier. rests: seconds for which the carrier wants to hear nothing. parts: of a text that went
    in several, where the reply says of each what became of it.
    """

    verdict: Verdict
    ref: str = ""
    code: str = ""
    problem: str = ""
    rests: float = 0.0
    parts: tuple[PartAnswer, ...] = ()

    def about(self, text: OutgoingText) -> Answer:
        return Answer(
            text.message_id,
            text.attempt,
            self.verdict.outcome,
            carrier_ref=self.ref.replace("\x00", "")[:LONGEST_REF],
            code=self.code.replace("\x00", "")[:LONGEST_CODE],
            words=self.verdict.words,
            parts=self.parts,
        )


def by_status(reply: Reply, code: str = "") -> Said:
    """Of a reply that no table knows. Refused is only what the carrier surely did not take."""
    status = reply.status
    code = code or f"http {status}"
    rests = _rests(reply)
    if status in (401, 402, 403):
        return account(f"the carrier refuses the account ({code})", code)
    if status == 429 or (status == 503 and "retry-after" in reply.headers):
        return Said(FAST, code=code, rests=rests)
    if status in (301, 307, 308):  # these say that nothing was done
        return Said(NO_LINE, code=code, problem=f"its address has moved ({status})")
    if status in (302, 303):
        return Said(DOUBT, code=code, problem=f"its address sends us elsewhere ({status})")
    if status in (404, 405):
        return Said(NO_LINE, code=code, problem=f"nothing takes texts at its address ({status})")
    if status in (413, 414, 415):
        return Said(OURS, code=code)
    if status == 408 or status < 400 or status >= 500:
        return Said(DOUBT, code=code)
    return Said(UNMAPPED, code=code)


def account(problem: str, code: str) -> Said:
    return Said(ACCOUNT, code=code, problem=problem)


def _rests(reply: Reply) -> float:
    """A date is as good as the longest: it is not compared with a clock that may be wrong."""
    asked = reply.headers.get("retry-after", "")
    if not asked:
        return 0.0
    return min(LONGEST_REST, float(asked)) if asked.isdecimal() else LONGEST_REST


def basic(user: str, secret: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def at(tree: Any, path: str) -> str:
    """What stands at a path such as `messages.0.id`; empty where there is nothing."""
    for step in path.split("."):
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return ""
    return str(tree) if isinstance(tree, str | int) else ""
