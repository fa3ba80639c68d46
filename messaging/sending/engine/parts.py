"""The parts of a long text, where the carrier answers for each and the network reports on each.

A text is delivered when all of its parts are, and not when one of them is not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q

from messaging.carriers.base import Answer, DeliveryReceipt, Outcome, PartAnswer
from messaging.sending.models import Message, PartState, TextPart
from messaging.sending.states import State, Undelivered
from smsportal.lib.db import update_many

STATES = {Outcome.ACCEPTED: PartState.ACCEPTED, Outcome.AMBIGUOUS: PartState.UNKNOWN}
# Of a text with several reasons, the one that a person can do least about.
WORST_FIRST = (Undelivered.DEAD, Undelivered.BLOCKED, Undelivered.ABSENT)


def taken_count(answer: Answer) -> int:
    return sum(part.outcome == Outcome.ACCEPTED for part in answer.parts)


def keep(carrier_id: int, answers: Iterable[Answer], about: Collection[int]) -> None:
    """Store what was said of each part. What is stored already, and is surer, stays."""
    told = [answer for answer in answers if answer.parts and answer.message_id in about]
    if told:
        TextPart.objects.bulk_create(_rows(carrier_id, told), ignore_conflicts=True)


def put_right(carrier_id: int, answers: Iterable[Answer], about: Collection[int]) -> None:
    """A late answer settles what was stored in doubt; a report that came meanwhile stays."""
    told = [answer for answer in answers if answer.parts and answer.message_id in about]
    if not told:
        return
    keep(carrier_id, told, about)
    texts = TextPart.objects.filter(message__in=[answer.message_id for answer in told])
    keys = {row[1:]: row[0] for row in texts.values_list("pk", "message_id", "attempt", "number")}
    rows = [
        (keys[part.message_id, part.attempt, part.number], part.state, part.carrier_ref)
        for part in _rows(carrier_id, told)
    ]
    doubted = TextPart.objects.filter(state__in=[PartState.UNKNOWN, PartState.NOT_SENT])
    update_many(doubted, rows, ["state", "carrier_ref"])


def _rows(carrier_id: int, answers: Iterable[Answer]) -> list[TextPart]:
    return [
        _part(carrier_id, answer, number, part)
        for answer in answers
        for number, part in enumerate(answer.parts, 1)
    ]


def _part(carrier_id: int, answer: Answer, number: int, part: PartAnswer) -> TextPart:
    return TextPart(
        message_id=answer.message_id,
        attempt=answer.attempt,
        number=number,
        state=STATES.get(part.outcome, PartState.NOT_SENT),
        carrier_id=carrier_id,
        carrier_ref=part.carrier_ref or None,
    )


def report(carrier_id: int, receipts: Sequence[DeliveryReceipt]) -> dict[str, int]:
    """Keep what is reported of parts; answers whose parts they are: reference -> message."""
    refs = [receipt.carrier_ref for receipt in receipts]
    known = TextPart.objects.filter(carrier_id=carrier_id, carrier_ref__in=refs)
    about = {ref: (pk, text) for ref, pk, text in known.values_list("carrier_ref", "pk", "message")}
    rows = [
        (about[r.carrier_ref][0], r.state, r.reason) for r in receipts if r.carrier_ref in about
    ]
    columns = ["state", "reason"]
    open_ones = Q(state__in=[PartState.ACCEPTED, PartState.UNKNOWN])
    update_many(TextPart.objects.filter(open_ones), rows, columns)
    # As with whole texts: a phone that was off may be found after all.
    found = [row for row in rows if row[1] == PartState.DELIVERED]
    absent = Q(state=PartState.UNDELIVERED, reason=Undelivered.ABSENT)
    update_many(TextPart.objects.filter(absent), found, columns)
    return {ref: text for ref, (_, text) in about.items()}


def verdicts(message_ids: Collection[int]) -> list[tuple[int, str, str, str | None]]:
    """What the parts of these texts say of the whole: (message, state, reason, its reference).

    Silent on those of which a part was not sent, may not have been, or has no report yet.
    """
    texts = Message.objects.filter(pk__in=message_ids)
    current = {
        pk: (n, ref) for pk, n, ref in texts.values_list("pk", "attempt_count", "carrier_ref")
    }
    theirs: dict[int, list[TextPart]] = defaultdict(list)
    for part in TextPart.objects.filter(message__in=current):
        if part.attempt == current[part.message_id][0]:
            theirs[part.message_id].append(part)
    said = {pk: _verdict(parts) for pk, parts in theirs.items()}
    return [(pk, *verdict, current[pk][1]) for pk, verdict in said.items() if verdict]


def _verdict(parts: Iterable[TextPart]) -> tuple[str, str] | None:
    states = {part.state for part in parts}
    if states & {PartState.NOT_SENT, PartState.UNKNOWN}:
        return None
    if PartState.UNDELIVERED in states:
        reasons = {part.reason for part in parts}
        return State.UNDELIVERED, next(reason for reason in WORST_FIRST if reason in reasons)
    return None if PartState.ACCEPTED in states else (State.DELIVERED, "")
