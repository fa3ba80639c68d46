"""Refusals as the audit trail tells them: a line for many alike, so that a flood cannot fill it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.people.models import Person
from messaging.relay.answers import Answer, printable

MOST_LINES = 20  # of one writing
MOST_KINDS = 500  # held in memory until then


@dataclass(frozen=True)
class Refusal:
    """person: whose texts they would have been, where that is known."""

    peer: str
    answer: str
    sender: str
    department_id: int | None = None
    why: str = ""


@dataclass
class Refusals:
    counts: Counter[Refusal] = field(default_factory=Counter)
    beyond: int = 0

    def note(
        self, answer: Answer, *, peer: str, sender: str, person: Person | None, why: str = ""
    ) -> None:
        """sender: the address, or the name, that somebody gave as their own."""
        name = person.audit_name if person else printable(sender)
        department_id = person.department_id if person else None
        refusal = Refusal(peer or "the front server", str(answer), name, department_id, why)
        if refusal in self.counts or len(self.counts) < MOST_KINDS:
            self.counts[refusal] += 1
        else:
            self.beyond += 1

    def take(self) -> "Refusals":
        """What has been noted, to be written; from here on it is noted anew."""
        taken = Refusals(self.counts, self.beyond)
        self.counts, self.beyond = Counter(), 0
        return taken


def write(refusals: Refusals, *, now: dt.datetime) -> None:
    """The commonest first, a line each; the rest in one line."""
    told = refusals.counts.most_common(MOST_LINES)
    lines = [_line(refusal, count, now) for refusal, count in told]
    rest = refusals.counts.total() - sum(count for _, count in told) + refusals.beyond
    if rest:
        what = "1 further email" if rest == 1 else f"{rest:,} further emails"
        words = f"Refused {what} within the same minute."
        lines.append(audit.line(by=System(), verb="relay.refused", words=words, now=now))
    audit.record_all(lines)


def _line(refusal: Refusal, count: int, now: dt.datetime) -> audit.Line:
    what = "an email" if count == 1 else f"{count:,} emails"
    why = f" {refusal.why}" if refusal.why else ""
    return audit.line(
        by=System(refusal.department_id),
        verb="relay.refused",
        words=f"Refused {what} of {refusal.sender or 'nobody'}, by {refusal.peer}: "
        f"{refusal.answer}.{why}",
        now=now,
    )
