"""What a run came to: what people were told, what the database says, what the carrier has."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from messaging.sending.states import NOT_SENT, State

WENT = {State.SUBMITTED, State.UNCONFIRMED, State.DELIVERED, State.UNDELIVERED}
MOVES = {State.SCHEDULED, State.QUEUED, State.SENDING}


class Verdict(StrEnum):
    LOST = "lost"  # accepted, and there is no text
    TWICE = "twice"  # the carrier took it more than once
    LIE = "lie"  # the screen says what is not so
    STUCK = "stuck"  # nothing more happens to it, and it is not done


@dataclass(frozen=True)
class Kept:
    """The carrier's own ledger of one number."""

    taken_count: int = 0
    is_reported: bool = False  # the report was brought, whether or not our answer came back
    is_silent: bool = False  # it was told never to report


def ledger(lines: Iterable[str]) -> dict[str, Kept]:
    """E.164 -> what the carrier has of it. A line that a kill cut off was never answered."""
    taken: Counter[str] = Counter()
    number_of: dict[str, str] = {}
    silent, reported = set(), set()
    for entry in _entries(lines):
        if entry["event"] == "taken":
            number = number_of[entry["id"]] = f"+{entry['to'].removeprefix('+')}"
            taken[number] += 1
            if entry["receipts"] == "never":
                silent.add(number)
        elif entry["event"] in ("brought", "reported"):
            reported.add(number_of[entry["id"]])
    return {n: Kept(taken[n], n in reported, n in silent) for n in taken}


def _entries(lines: Iterable[str]) -> Iterator[dict]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


@dataclass
class Findings:
    """Numbers by verdict, and how many may have been sent."""

    by_verdict: dict[Verdict, list[str]] = field(
        default_factory=lambda: {verdict: [] for verdict in Verdict}
    )
    unknown_count: int = 0
    not_sent_count: int = 0
    text_count: int = 0

    @property
    def is_clean(self) -> bool:
        return not any(self.by_verdict.values())


def judge(
    accepted: Iterable[str], states: Mapping[str, str], carrier: Mapping[str, Kept]
) -> Findings:
    """accepted: numbers whose text the page said was accepted. states: of the texts there are,
    by number; each number has had one text. carrier: its ledger().
    """
    found = Findings(text_count=len(states))
    found.by_verdict[Verdict.LOST] = [number for number in accepted if number not in states]
    for number, state in states.items():
        for verdict in _of_one(state, carrier.get(number, Kept())):
            found.by_verdict[verdict].append(number)
        found.unknown_count += state == State.UNKNOWN
        found.not_sent_count += state in NOT_SENT
    strangers = [number for number in carrier if number not in states]
    found.by_verdict[Verdict.LIE] += strangers
    return found


def _of_one(state: str, kept: Kept) -> Iterator[Verdict]:
    if kept.taken_count > 1:
        yield Verdict.TWICE
    went_unseen = state in NOT_SENT and kept.taken_count
    never_went = state in WENT and not kept.taken_count
    made_up = state in (State.DELIVERED, State.UNDELIVERED) and not kept.is_reported
    if went_unseen or never_went or made_up or state == State.UNDELIVERED:
        yield Verdict.LIE
    waits_for_nothing = state == State.SUBMITTED and not kept.is_silent
    if state in MOVES or waits_for_nothing:
        yield Verdict.STUCK
