"""What the network reported. A receipt that matches is applied in its batch; one that does not, or
may not be applied yet, is kept as it came and tried again by the sweep.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from messaging.carriers.base import DeliveryReceipt
from messaging.sending.engine import parts
from messaging.sending.engine.late import OPEN, taken
from messaging.sending.engine.marks import touch
from messaging.sending.models import Attempt, Message, Receipt
from messaging.sending.states import FINAL, Phase, State, Treated, Undelivered
from smsportal.lib.db import update_many

log = logging.getLogger(__name__)

FRESH = dt.timedelta(minutes=10)  # so long a receipt is tried again every second
KEPT_WAITING = dt.timedelta(hours=24)
REPORTS = frozenset({State.DELIVERED, State.UNDELIVERED})
AT_ONCE = 500
MOST_FRESH = 2000  # tried each second: a tenth of one, however many strangers there are

ABSENT = Q(state=State.UNDELIVERED, reason=Undelivered.ABSENT)


@dataclass(frozen=True, slots=True)
class Known:
    """The text a receipt is about, as it was when we looked."""

    pk: int
    carrier_ref: str | None
    uid: UUID
    state: str
    reason: str
    part_count: int


def apply(carrier_id: int, receipts: Iterable[DeliveryReceipt], *, now: dt.datetime) -> None:
    """Apply what comes from the carrier. Once it returns, the carrier may forget it."""
    reports = _one_a_text(receipt for receipt in receipts if receipt.state in REPORTS)
    with transaction.atomic():
        settled = _settle(carrier_id, reports, now)
        Receipt.objects.bulk_create(
            Receipt(
                carrier_id=carrier_id,
                carrier_ref=receipt.carrier_ref,
                reference=receipt.reference,
                state=receipt.state,
                reason=receipt.reason,
                raw=receipt.raw,
                received_at=now,
            )
            for receipt in reports
            if receipt.carrier_ref not in settled
        )


def match_waiting(*, now: dt.datetime, only_fresh: bool = False) -> int:
    """Try the receipts that were kept again; answers how many found their text."""
    waiting = Receipt.objects.filter(applied_at__isnull=True, orphan_at__isnull=True)
    if only_fresh:
        fresh = waiting.filter(received_at__gte=now - FRESH).order_by("-pk")
        newest = list(fresh[:MOST_FRESH])[::-1]
        chunks = (newest[at : at + AT_ONCE] for at in range(0, len(newest), AT_ONCE))
        return sum(_match_all(chunk, now) for chunk in chunks)
    matched, last = 0, 0
    while rows := list(waiting.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        matched += _match_all(rows, now)
    waiting.filter(received_at__lt=now - KEPT_WAITING).update(orphan_at=now)
    return matched


def _match_all(rows: list[Receipt], now: dt.datetime) -> int:
    matched = 0
    for carrier_id in {row.carrier_id for row in rows}:
        mine = [row for row in rows if row.carrier_id == carrier_id]
        matched += _match(carrier_id, mine, now)
    return matched


def _match(carrier_id: int, rows: list[Receipt], now: dt.datetime) -> int:
    receipts = [
        DeliveryReceipt(row.pk, row.carrier_ref, row.state, row.reason, row.reference)
        for row in rows
    ]
    with transaction.atomic():
        settled = _settle(carrier_id, _one_a_text(receipts), now)
        theirs = [row.pk for row in rows if row.carrier_ref in settled]
        return Receipt.objects.filter(pk__in=theirs).update(applied_at=now)


def _one_a_text(receipts: Iterable[DeliveryReceipt]) -> list[DeliveryReceipt]:
    """The first for each reference, unless it was "absent" and a later one says delivered."""
    kept: dict[str, DeliveryReceipt] = {}
    for receipt in receipts:
        first = kept.setdefault(receipt.carrier_ref, receipt)
        if first.reason == Undelivered.ABSENT and receipt.state == State.DELIVERED:
            kept[receipt.carrier_ref] = receipt
    return list(kept.values())


def _settle(carrier_id: int, receipts: Sequence[DeliveryReceipt], now: dt.datetime) -> set[str]:
    """Apply what can be; answer the references there is nothing left to do for."""
    if not receipts:
        return set()
    known = _known(carrier_id, receipts)
    of_parts = _of_parts(carrier_id, receipts, known)
    about = {
        r.carrier_ref: k
        for r in receipts
        if r.carrier_ref not in of_parts and (k := known.get(r.carrier_ref))
    }
    rows: list[tuple] = [
        (about[r.carrier_ref].pk, r.state, r.reason, r.carrier_ref)
        for r in receipts
        if r.carrier_ref in about
    ]
    whole = parts.verdicts(set(of_parts.values())) if of_parts else []
    rows += whole
    arrived_late = [row for row in rows if row[1] == State.DELIVERED]
    changed = set(_report(Message.objects.filter(Q(state=State.SUBMITTED) | OPEN), rows, now))
    if whole or any(text.state == State.UNDELIVERED for text in about.values()):
        changed |= set(_report(Message.objects.filter(ABSENT), arrived_late, now))
    if any(text.reason in Treated.values for text in about.values()):
        changed |= _of_treated(carrier_id, rows, now)
    touch(changed, now)
    return {*of_parts} | {
        r.carrier_ref
        for r in receipts
        if (text := about.get(r.carrier_ref)) and (text.pk in changed or _is_idle(r, text))
    }


def _of_parts(
    carrier_id: int, receipts: Sequence[DeliveryReceipt], known: dict[str, Known]
) -> dict[str, int]:
    """Reports on parts of long texts. Texts of one part, nearly all, cost no question."""
    perhaps = [r for r in receipts if (k := known.get(r.carrier_ref)) is None or k.part_count > 1]
    return parts.report(carrier_id, perhaps) if perhaps else {}


def _report(guarded: QuerySet, rows: list[tuple], now: dt.datetime) -> list[int]:
    columns = ["state", "reason", "carrier_ref"]
    return update_many(guarded, rows, columns, lease_until=None, why="", final_at=now, **taken(now))


def _of_treated(carrier_id: int, rows: list[tuple], now: dt.datetime) -> set[int]:
    """Somebody had decided that they were not sent. That stays, uncharged; the page says both."""
    decided = Message.objects.filter(state=State.FAILED, reason__in=Treated.values)
    not_delivered = decided.exclude(reason=Treated.DELIVERED)
    changed: set[int] = set()
    for state, reason in (
        (State.DELIVERED, Treated.DELIVERED),
        (State.UNDELIVERED, Treated.UNDELIVERED),
    ):
        told = [(pk, ref) for pk, said, _, ref in rows if said == state]
        news = not_delivered.exclude(reason=reason)
        changed |= set(update_many(news, told, ["carrier_ref"], reason=reason))
    Attempt.objects.bulk_create(
        Attempt(
            message_id=pk,
            number=0,
            carrier_id=carrier_id,
            at=now,
            phase=Phase.REPORTED,
            code=ref,
            words=State(state).label,
        )
        for pk, state, _, ref in rows
        if pk in changed
    )
    return changed


def _known(carrier_id: int, receipts: Sequence[DeliveryReceipt]) -> dict[str, Known]:
    """By the carrier's reference, else by ours where the carrier echoes it."""
    fields = ("pk", "carrier_ref", "uid", "state", "reason", "part_count")
    theirs = Message.objects.filter(carrier_id=carrier_id)
    refs = [receipt.carrier_ref for receipt in receipts]
    found = {k[1]: Known(*k) for k in theirs.filter(carrier_ref__in=refs).values_list(*fields)}
    ours = {r.reference: r.carrier_ref for r in receipts if r.reference}
    lost = [UUID(hex=ours_) for ours_, ref in ours.items() if ref not in found]
    if lost:
        # Not those that have another reference already: they are another attempt's.
        unnamed = theirs.filter(uid__in=lost, carrier_ref__isnull=True)
        found |= {ours[k[2].hex]: Known(*k) for k in unnamed.values_list(*fields)}
    return found


def _is_idle(receipt: DeliveryReceipt, text: Known) -> bool:
    """The report says what is known, or contradicts what is final: it changes nothing, ever."""
    if text.state not in FINAL:
        return False
    if (text.state, text.reason) != (receipt.state, receipt.reason):
        log.error("text %s is %s, but a receipt says %s", text.pk, text.state, receipt.state)
    return True
