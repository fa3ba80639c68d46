"""What can be true of a text and of a batch: one table, in the words people see."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Protocol

from messaging.text.refusals import NEXT_STEP
from smsportal.lib.choices import IntegerChoices, TextChoices


class State(TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "May have been sent"
    SUBMITTED = "submitted", "Sent, waiting for the network"
    UNCONFIRMED = "unconfirmed", "No report from the network"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Not sent: our problem"
    EXPIRED = "expired", "Not sent: our problem"
    CANCELLED = "cancelled", "Cancelled"


class BatchState(TextChoices):
    HELD = "held", "Sending in a moment"  # the seconds in which Send can be undone
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Sending"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


class Lane(IntegerChoices):
    EMERGENCY = 0, "Emergency"
    INTERACTIVE = 1, "Interactive"
    BULK = 2, "Bulk"


FINAL = frozenset(
    {State.DELIVERED, State.UNDELIVERED, State.FAILED, State.EXPIRED, State.CANCELLED}
)
# The carrier has them, or may have: they can be charged, and never become "not sent".
NOT_SENT = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})


class Undelivered(TextChoices):
    """Why the network did not deliver: the reason of an `undelivered` text."""

    ABSENT = "absent", "Phone off or full"
    DEAD = "dead", "Number does not work"
    BLOCKED = "blocked", "Blocked by network"
    PARTLY = "partly", "Only partly sent"


class Treated(TextChoices):
    """Somebody treated a text in doubt as not sent: the reason of it, by what was heard since."""

    NOT_SENT = "treated", "Not sent: our problem (no answer came, and we treated it as not sent)"
    TAKEN = "treated_taken", "Treated as not sent, but the network has taken it after all"
    DELIVERED = "treated_delivered", "Treated as not sent, but it was delivered after all"
    UNDELIVERED = "treated_undelivered", "Not sent: our problem (the network could not deliver it)"


class Phase(TextChoices):
    """Of one line in the story of a text: how an attempt ended, or what was decided about it."""

    ACCEPTED = "accepted", "The network took it"
    REJECTED = "rejected", "The network refused it"
    AMBIGUOUS = "ambiguous", "No answer"
    PARTLY = "partly", "Only a part of it was taken"
    NOT_SENT = "not_sent", "Surely not sent"
    DUPLICATE = "duplicate", "The network had it already"
    REPORTED = "reported", "The network reported it later"
    GRANTED = "granted", "Sent again, although it may arrive twice"
    TREATED = "treated", "Treated as not sent"
    RESENT = "resent", "Sent again: its network takes no second copy"


def key_of(state: str, reason: str) -> str:
    """`undelivered` is counted by its reason: the three have different words."""
    return f"{state}:{reason}" if state == State.UNDELIVERED else str(state)


# Every move there is. The engine's functions guard them, one each; the model test walks them.
LEGAL: dict[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.QUEUED, State.CANCELLED, State.UNKNOWN}),
    State.QUEUED: frozenset(
        {State.SENDING, State.CANCELLED, State.EXPIRED, State.FAILED, State.UNKNOWN}
        | {State.SUBMITTED, State.DELIVERED, State.UNDELIVERED}
    ),
    State.SENDING: frozenset(
        {State.QUEUED, State.SUBMITTED, State.FAILED, State.UNKNOWN}
        | {State.DELIVERED, State.UNDELIVERED}
    ),
    State.UNKNOWN: frozenset(
        {State.SUBMITTED, State.DELIVERED, State.UNDELIVERED, State.QUEUED}
        | {State.FAILED, State.UNCONFIRMED}
    ),
    State.SUBMITTED: frozenset({State.DELIVERED, State.UNDELIVERED, State.UNCONFIRMED}),
    State.UNCONFIRMED: frozenset({State.DELIVERED, State.UNDELIVERED}),
    State.UNDELIVERED: frozenset({State.DELIVERED}),  # absent only, by the same reference
}
# Evidence of an earlier attempt overtakes the present one: only a text that may have been sent.
NEEDS_MAYBE_SENT = frozenset(
    (now, then)
    for now in (State.QUEUED, State.SENDING)
    for then in (State.SUBMITTED, State.UNKNOWN, State.DELIVERED, State.UNDELIVERED)
    if now == State.QUEUED or then in (State.DELIVERED, State.UNDELIVERED)
)


@dataclass(frozen=True)
class Words:
    """How one text is shown: `key` names icon and tone, `next_step` is what a person can do."""

    key: str
    words: str
    next_step: str
    is_final: bool
    charged: str  # "Yes", "No", "Not yet"


YES, NO, NOT_YET = "Yes", "No", "Not yet"

_WORDS = {
    State.SCHEDULED: Words("scheduled", "Scheduled", "You can change or cancel it.", False, NO),
    State.QUEUED: Words("queued", "Waiting", "", False, NO),
    State.SENDING: Words("sending", "Sending", "", False, NO),
    State.SUBMITTED: Words("submitted", "Sent, waiting for the network", "", False, YES),
    State.UNKNOWN: Words(
        "unknown",
        "May have been sent. We have not resent it",
        "Ask the person whether it came before you send it again.",
        False,
        NOT_YET,
    ),
    State.UNCONFIRMED: Words(
        "unconfirmed",
        "No report from the network",
        "It has probably arrived. Ask the person if it matters.",
        False,
        NOT_YET,
    ),
    State.DELIVERED: Words("delivered", "Delivered", "", True, YES),
    State.CANCELLED: Words("cancelled", "Cancelled", "", True, NO),
}
_UNDELIVERED = {
    Undelivered.ABSENT: "Try again later, or ring them.",
    Undelivered.DEAD: "Check the number with the person and correct it in Contacts.",
    Undelivered.BLOCKED: "Ring them: their network does not let this text through.",
    Undelivered.PARTLY: "They may have read the beginning. Send it again if it matters.",
}
_OUR_PROBLEM = "Not sent: our problem"
GOES_BY_ITSELF = "It has not been sent yet. It goes by itself: you need not send it again."
STOPPED = "stopped"  # the reason of a text that its sender did not let go
NEVER_WENT = {"opted_out": "Not sent: opted out", STOPPED: "Not sent: stopped"}
_FREE = "You do not pay for this one."
_TREATED = {
    Treated.NOT_SENT: f"Ask the person whether it came before you send it again. {_FREE}",
    Treated.TAKEN: f"It has probably arrived. Do not send it again. {_FREE}",
    Treated.DELIVERED: f"They have it. Do not send it again. {_FREE}",
    Treated.UNDELIVERED: f"Send it again. {_FREE}",
}
_WHY_NOT = {State.FAILED: "it could not be sent", State.EXPIRED: "it waited too long"}


class TextAsKept(Protocol):
    """The fields of a Message that say how it stands."""

    state: str
    reason: str
    why: str
    accepted_at: dt.datetime | None
    maybe_sent: bool


def words_for(text: TextAsKept) -> Words:
    state = State(text.state)
    if state == State.UNDELIVERED:
        reason = Undelivered(text.reason)
        return Words(str(reason), reason.label, _UNDELIVERED[reason], True, YES)
    if state == State.FAILED and text.reason in Treated.values:
        treated = Treated(text.reason)
        return Words(str(state), treated.label, _TREATED[treated], True, NO)
    if state in _WHY_NOT:
        words = f"{_OUR_PROBLEM} ({text.why or _WHY_NOT[state]})"
        what_now = NEXT_STEP.get(text.why, "Send it again.")
        return Words(str(state), words, f"{what_now} {_FREE}", True, NO)
    shown = _WORDS[state]
    if state == State.CANCELLED and text.reason in NEVER_WENT:
        return replace(shown, key="not_sent", words=NEVER_WENT[text.reason])
    if state == State.QUEUED and text.why:
        what_now = "" if text.maybe_sent else GOES_BY_ITSELF
        return replace(shown, words=f"{shown.words}: {text.why}", next_step=what_now)
    if state == State.UNCONFIRMED and text.accepted_at:
        return replace(shown, charged=YES)
    return shown
