"""What became of a test, in plain words: for the page and for the command line."""

import datetime as dt
from dataclasses import dataclass

from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier, CarrierTest, CarrierTestState
from messaging.carriers.registry import KINDS
from messaging.sending.queries import why_not_taken
from messaging.sending.states import Undelivered
from smsportal.lib.phones import display
from smsportal.lib.words import clock_with_seconds

SHOWN = 10
NEW = dt.timedelta(hours=1)  # so long the carrier's own page shows the last one
A_MOMENT = dt.timedelta(seconds=5)  # for whoever is just taking it

GOOD, BAD, OPEN = "good", "bad", ""

_ADVICE: dict[str, str] = {
    Undelivered.ABSENT: "The network took it and gave up on the phone: try one that is on.",
    Undelivered.DEAD: "The network took it, and says that nobody has this number.",
    Undelivered.BLOCKED: "The network took it and let nothing through: it may not know the sender.",
    Undelivered.PARTLY: "The network took a part of it.",
}


@dataclass(frozen=True)
class Story:
    """key: of the icon and tone. words: what it came to. lines: whole sentences, in order.

    tone: good or bad, empty while it is not known. looks_again_in: seconds, 0 when it is over.
    """

    test: CarrierTest
    key: str
    words: str
    lines: list[str]
    tone: str
    looks_again_in: int = 0


def latest(person: Actor, carrier: Carrier, *, now: dt.datetime) -> list[Story]:
    """The last tests of a carrier, the newest first."""
    tests = CarrierTest.objects.visible_to(person).filter(carrier=carrier)
    found = tests.select_related("carrier__health").order_by("-asked_at", "-pk")
    return [story(test, now=now) for test in found[:SHOWN]]


def last(person: Actor, carrier: Carrier, *, now: dt.datetime) -> Story | None:
    """The newest, while it is news."""
    return next((s for s in latest(person, carrier, now=now) if s.test.asked_at > now - NEW), None)


def story(test: CarrierTest, *, now: dt.datetime) -> Story:
    told = _TELL[CarrierTestState(test.state)](test, now)
    if test.carrier.is_sandbox and told.tone == GOOD:
        told.lines.append("A sandbox plays the network: no real phone gets it.")
    return told


def _waiting(test: CarrierTest, now: dt.datetime) -> Story:
    why = why_not_taken(test.carrier, now=now)
    until = test.asked_at + CarrierTest.WAITS
    if now > until + A_MOMENT:  # nobody takes it any more, and nobody is there to write that down
        return _not_sent(test, now, why)
    if not why:
        words, line = "Waiting", "The sender takes it within a second or two."
        return Story(test, "queued", words, [line], OPEN, looks_again_in=1)
    line = f"{_sentence(why)} It goes if that is over by {clock_with_seconds(until)}."
    return Story(test, "queued", "Waiting", [line], OPEN, looks_again_in=1)


def _sending(test: CarrierTest, now: dt.datetime) -> Story:
    line = f"Handed over at {_clock(test.taken_at)}; the network has not answered yet."
    return Story(test, "sending", "Sending", [line], OPEN, looks_again_in=1)


def _not_sent(test: CarrierTest, now: dt.datetime, why: str = "") -> Story:
    said = f"{test.why or why or 'it was not taken'}{_code(test)}"
    line = "Nothing of it has left, and it is not tried again: send another."
    return Story(test, "failed", f"Not sent: {said}", [line], BAD)


def _refused(test: CarrierTest, now: dt.datetime) -> Story:
    words = f"Refused: {test.why or 'the network gave no reason'}{_code(test)}"
    line = f"The network answered {_within(test)}, and did not take it."
    return Story(test, "blocked", words, [line], BAD)


def _unknown(test: CarrierTest, now: dt.datetime) -> Story:
    lines = [
        f"{_sentence(test.why or 'the network never answered')} It is not sent again.",
        f"Look whether it is on {display(test.number)}.",
    ]
    return Story(test, "unknown", "May have been sent", lines, BAD)


def _accepted(test: CarrierTest, now: dt.datetime) -> Story:
    lines = [_taken(test)]
    if not KINDS[test.carrier.kind].reports(test.carrier.settings):
        lines.append(f"It sends no reports. Look whether it is on {display(test.number)}.")
        return Story(test, "submitted", "Taken by the network", lines, GOOD)
    since = test.answered_at or test.asked_at
    if now - since <= CarrierTest.VALID:
        lines.append("Its report has not come yet.")
        wait = 1 if now - since < CarrierTest.WAITS else 5
        return Story(test, "submitted", "Taken by the network", lines, GOOD, looks_again_in=wait)
    lines.append(f"No report has come. Look whether it is on {display(test.number)}.")
    return Story(test, "unconfirmed", "Taken, no report from the network", lines, GOOD)


def _delivered(test: CarrierTest, now: dt.datetime) -> Story:
    words = f"Delivered {_after(test, test.reported_at)}"
    return Story(test, "delivered", words, [_taken(test), *_report(test)], GOOD)


def _undelivered(test: CarrierTest, now: dt.datetime) -> Story:
    reason = Undelivered(test.reason)
    lines = [_ADVICE[reason], _taken(test), *_report(test)]
    return Story(test, str(reason), f"Not delivered: {reason.label.lower()}", lines, BAD)


_TELL = {
    CarrierTestState.WAITING: _waiting,
    CarrierTestState.SENDING: _sending,
    CarrierTestState.NOT_SENT: _not_sent,
    CarrierTestState.REFUSED: _refused,
    CarrierTestState.UNKNOWN: _unknown,
    CarrierTestState.ACCEPTED: _accepted,
    CarrierTestState.DELIVERED: _delivered,
    CarrierTestState.UNDELIVERED: _undelivered,
}


def _taken(test: CarrierTest) -> str:
    under = f" under the id {test.ref}" if test.ref else ""
    if test.answered_at is None:
        return f"The network never answered, but it reported{under}."
    return f"The network took it {_within(test)}{under}."


def _report(test: CarrierTest) -> list[str]:
    return [f"Its report: {test.report}"] if test.report else []


def _within(test: CarrierTest) -> str:
    return f"in {_seconds(test.taken_at, test.answered_at)}"


def _after(test: CarrierTest, at: dt.datetime | None) -> str:
    return f"after {_seconds(test.taken_at, at)}"


def _seconds(start: dt.datetime | None, end: dt.datetime | None) -> str:
    took = max(0.0, (end - start).total_seconds()) if start and end else 0.0
    if took >= 120:
        return f"{took / 60:.0f} minutes"
    if took < 0.1:
        return "less than 0.1 seconds"
    return "1 second" if f"{took:.1f}" == "1.0" else f"{took:.1f} seconds"


def _clock(at: dt.datetime | None) -> str:
    return clock_with_seconds(at) if at else "an unknown time"


def _code(test: CarrierTest) -> str:
    return f" ({test.code})" if test.code else ""


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
