"""What a message would be, before it is one: people, parts, cost, and reasons to look twice."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from messaging.carriers.models import Carrier
from messaging.carriers.standing import health_of, is_heard
from messaging.senders.models import OptOut
from messaging.sending.models import Basket, BasketRow, Batch, Halt, Message, RowState
from messaging.sending.prices import price_list
from messaging.sending.rendering import ROW_COLUMNS, is_merged, values_of
from messaging.sending.states import BatchState, Lane, State, key_of
from messaging.text.fields import Body
from messaging.text.segments import measure as measure_text
from smsportal.lib import db, walltime
from smsportal.lib.words import people

FAILED_WITHIN = dt.timedelta(days=90)
SAME_TEXT_WITHIN = dt.timedelta(hours=1)
IN_DOUBT_FOR = dt.timedelta(days=2)


@dataclass(frozen=True)
class Example:
    """What one person would read: the first, the one with the longest text, the last."""

    name: str
    number: str
    text: str


@dataclass
class Totals:
    person_count: int = 0
    part_count: int = 0
    most_parts: int = 0
    fewest_parts: int = 0
    price_tenths: int = 0
    is_merged: bool = False
    missing: Counter[str] = field(default_factory=Counter)  # field -> people without a value
    missing_names: list[str] = field(default_factory=list)  # the first few of them
    left_out: dict[str, int] = field(default_factory=dict)  # duplicate, opted_out, refused
    examples: list[Example] = field(default_factory=list)

    @property
    def cost_tenths(self) -> int:
        return self.part_count * self.price_tenths


def price_tenths(department_id: int, day: dt.date) -> int:
    return price_list().part_tenths(department_id=department_id, on=day)


def prices_tenths(department_ids: Collection[int], day: dt.date) -> dict[int, int]:
    return price_list().parts_tenths(department_ids=department_ids, on=day)


def measure(*, basket: Basket, wording: str, fill: Mapping[str, Any], day: dt.date) -> Totals:
    """Measure a message exactly, per person where its words differ. One pass, no query a row.

    About two seconds for 100,000 people whose words differ; one aggregate where they do not.
    """
    totals = Totals(price_tenths=price_tenths(basket.department_id, day))
    by_state = dict(
        BasketRow.objects.filter(basket=basket).values_list("state").annotate(models.Count("pk"))
    )
    totals.person_count = by_state.pop(RowState.OK, 0)
    totals.left_out = {str(state): count for state, count in by_state.items()}
    body = Body(wording)
    totals.is_merged = is_merged(body, fill)
    rows = BasketRow.objects.filter(basket=basket, state=RowState.OK).order_by("row_no")
    if totals.is_merged:
        _measure_each(totals, body, rows, fill)
    else:
        _measure_same(totals, body, rows, fill)
    return totals


def _measure_same(totals: Totals, body: Body, rows: QuerySet, fill: Mapping[str, Any]) -> None:
    missing = body.missing(fill)
    if missing:
        totals.missing.update(dict.fromkeys(missing, totals.person_count))
        return
    text = body.render(fill)
    totals.most_parts = totals.fewest_parts = measure_text(text).parts
    totals.part_count = totals.most_parts * totals.person_count
    ends = [rows.values_list(*ROW_COLUMNS).first(), rows.values_list(*ROW_COLUMNS).last()]
    for row in [row for row in ends if row][: min(2, totals.person_count)]:
        values = values_of(row, fill)
        totals.examples.append(Example(values["name"], row[2], text))


def _measure_each(totals: Totals, body: Body, rows: QuerySet, fill: Mapping[str, Any]) -> None:
    first = longest = last = None
    fewest, most_units = 0, -1
    for row in rows.values_list(*ROW_COLUMNS).iterator(chunk_size=2000):
        values = values_of(row, fill)
        if missing := body.missing(values):
            totals.missing.update(missing)
            if len(totals.missing_names) < 5:
                totals.missing_names.append(values["name"] or row[2])
            continue
        text = body.render(values)
        measured = measure_text(text)
        totals.part_count += measured.parts
        totals.most_parts = max(totals.most_parts, measured.parts)
        fewest = min(fewest or measured.parts, measured.parts)
        last = Example(values["name"], row[2], text)
        first = first or last
        if measured.units > most_units:
            longest, most_units = last, measured.units
    totals.fewest_parts = fewest
    seen = dict.fromkeys(example for example in (first, longest, last) if example)
    totals.examples = list(seen)


@dataclass(frozen=True)
class Reason:
    """Why the check page is shown before this message goes."""

    key: str  # people, cost, failed, doubt, same, night, opted_out
    words: str


def reasons_to_check(
    *, basket: Basket, totals: Totals, wording: str, send_at: dt.datetime, now: dt.datetime
) -> list[Reason]:
    """Nothing here stops a message: it is only looked at once more."""
    reasons = []
    if totals.person_count > settings.CHECK_OVER_PEOPLE:
        reasons.append(Reason("people", f"It goes to {totals.person_count:,} people."))
    if totals.cost_tenths > settings.CHECK_OVER_TENTHS:
        reasons.append(Reason("cost", "It costs more than £10."))
    reasons += _seen_before(basket, wording, now)
    hour = send_at.astimezone(walltime.LONDON).hour
    if hour >= settings.QUIET_FROM_HOUR or hour < settings.QUIET_UNTIL_HOUR:
        reasons.append(Reason("night", "It goes between 8pm and 8am."))
    return reasons


def reasons_to_check_emergency(*, basket: Basket, wording: str, now: dt.datetime) -> list[Reason]:
    """Its size, cost and hour are no reasons: every emergency is looked at once more."""
    reasons = _seen_before(basket, wording, now)
    if out := opted_out_in(basket).count():
        words = f"{out:,} of them opted out. An emergency reaches them all the same."
        reasons.append(Reason("opted_out", words))
    return reasons


def opted_out_in(basket: Basket) -> QuerySet:
    """Who would go although they opted out."""
    standing = OptOut.objects.standing(basket.department_id).filter(number=OuterRef("number"))
    return BasketRow.objects.filter(Exists(standing), basket=basket, state=RowState.OK)


def _seen_before(basket: Basket, wording: str, now: dt.datetime) -> list[Reason]:
    reasons = []
    if failed := failed_before(basket, now=now).count():
        words = "One of these numbers" if failed == 1 else f"{failed:,} of these numbers"
        reasons.append(Reason("failed", f"{words} did not get your last text."))
    if doubted := _in_doubt(basket, wording, now):
        words = (
            f"{people(doubted)} may have had this text already: the carrier never answered for "
            "theirs. It may arrive twice."
        )
        reasons.append(Reason("doubt", words))
    if reference := _sent_within_the_hour(basket, wording, now):
        words = f"The same text went to some of these people within the hour ({reference})."
        reasons.append(Reason("same", words))
    return reasons


def failed_before(basket: Basket, *, now: dt.datetime) -> QuerySet:
    """Rows of the basket whose number did not get the last text of this department."""
    last = Message.objects.filter(
        department_id=basket.department_id,
        number=OuterRef("number"),
        final_at__gte=now - FAILED_WITHIN,
    ).order_by("-pk")
    goes = BasketRow.objects.filter(basket=basket, state=RowState.OK)
    return goes.alias(ended=Subquery(last.values("state")[:1])).filter(ended=State.UNDELIVERED)


def _in_doubt(basket: Basket, wording: str, now: dt.datetime) -> int:
    """How many people of the basket may have had the same words, and nobody knows."""
    same_words = Batch.objects.filter(
        department_id=basket.department_id, wording=wording, accepted_at__gte=now - IN_DOUBT_FOR
    )
    doubted = Message.objects.filter(batch__in=same_words, state=State.UNKNOWN)
    goes = BasketRow.objects.filter(basket=basket, state=RowState.OK)
    return goes.filter(number__in=doubted.values("number")).count()


def _sent_within_the_hour(basket: Basket, wording: str, now: dt.datetime) -> str:
    same_words = Batch.objects.filter(
        department_id=basket.department_id,
        wording=wording,
        accepted_at__gte=now - SAME_TEXT_WITHIN,
    ).exclude(state=BatchState.CANCELLED)
    same_person = BasketRow.objects.filter(
        basket=OuterRef("basket"),
        state=RowState.OK,
        number__in=BasketRow.objects.filter(basket=basket, state=RowState.OK).values("number"),
    )
    found = same_words.filter(Exists(same_person)).order_by("-accepted_at").first()
    return found.reference if found else ""


_HALT: Final = db.Ready[Halt](lambda: Halt.objects.filter(is_on=True))


def halt() -> Halt | None:
    """Why and since when nothing at all is sent; None while it is."""
    return next(iter(_HALT()), None)


SETTLES = dt.timedelta(minutes=2)  # most doubts are over by then: a late answer or report comes
MAY_GO_ON = (BatchState.RUNNING, BatchState.PAUSED, BatchState.FINISHED)


def in_doubt(as_of: dt.datetime) -> QuerySet[Message]:
    """What somebody may have to decide about: it has been in doubt for some minutes at `as_of`."""
    old = Q(doubted_at__lte=as_of - SETTLES) | Q(doubted_at__isnull=True)
    return Message.objects.filter(old, state=State.UNKNOWN)


@dataclass(frozen=True)
class Chosen:
    """Which texts in doubt are meant: those that are named, or all of a message, of a carrier, or
    of both. as_of: when they were looked at; what has come into doubt since is not meant.
    """

    as_of: dt.datetime
    uids: Sequence[UUID] = ()
    batch: Batch | None = None
    carrier: Carrier | None = None

    @property
    def texts(self) -> QuerySet[Message]:
        if not self.uids and not self.batch and not self.carrier:
            return Message.objects.none()
        texts = in_doubt(self.as_of)
        if self.uids:
            texts = texts.filter(uid__in=self.uids)
        if self.batch:
            texts = texts.filter(batch=self.batch)
        return texts.filter(carrier=self.carrier) if self.carrier else texts


def may_go_again(texts: QuerySet, now: dt.datetime, **batch: object) -> QuerySet[Message]:
    """Those of `texts` in doubt that can be sent once more: in time, not stopped, still wanted.

    batch: what else must hold of their messages. No joins: a claim would lock what it joins.
    """
    goes_on = Batch.objects.filter(
        pk=OuterRef("batch_id"), state__in=MAY_GO_ON, department__closed_at__isnull=True, **batch
    )
    opted_out = OptOut.objects.filter(
        Q(department_id=OuterRef("department_id")) | Q(department__isnull=True),
        number=OuterRef("number"),
        lifted_at=None,
    )
    enabled = Carrier.objects.filter(is_enabled=True)
    in_time = texts.filter(state=State.UNKNOWN, valid_until__gt=now, carrier__in=enabled)
    is_no_emergency = ~Q(lane=Lane.EMERGENCY)  # one reaches those who opted out, too
    return in_time.filter(Exists(goes_on)).exclude(is_no_emergency & Exists(opted_out))


def why_not_taken(carrier: Carrier, *, now: dt.datetime) -> str:
    """Why a test of `carrier` waits; no full stop. Empty where its sender is about to take it."""
    health = health_of(carrier)
    if stopped := halt():
        return f"all sending is stopped: {stopped.reason}"[:200]
    if not carrier.is_enabled:
        return f"the carrier {carrier} is switched off"
    if not is_heard(health, now):
        return f"the sender of {carrier} is not running"
    if health is not None and not health.is_ready:
        problem = f": {health.problem}" if health.has_problem else ""
        return f"the connection of {carrier} is down{problem}"[:200]
    return ""


CHARGED = Sum("accepted_part_count", filter=Q(accepted_at__isnull=False, carrier__is_charging=True))


@dataclass
class Count:
    """How the texts of one batch stand: {"delivered": 10, "undelivered:dead": 1, ..}."""

    tally: Counter[str] = field(default_factory=Counter)
    charged_part_count: int = 0


def count(batch_ids: Sequence[int]) -> dict[int, Count]:
    """One pass over the texts of some batches; each of them has an answer, empty or not."""
    counts = {pk: Count() for pk in batch_ids}
    groups = (
        Message.objects.filter(batch_id__in=batch_ids)
        .values_list("batch_id", "state", "reason")
        .annotate(texts=models.Count("pk"), charged=CHARGED)
    )
    for batch_id, state, reason, texts, charged in groups:
        counts[batch_id].tally[key_of(state, reason)] += texts
        counts[batch_id].charged_part_count += charged or 0
    return counts
