"""Texts that may have been sent, for those who decide about them: numbers masked, no words."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier
from messaging.sending.models import Attempt, Batch, Message
from messaging.sending.queries import MAY_GO_ON, Chosen, in_doubt, may_go_again
from messaging.sending.states import Phase
from messaging.sending.story import what_happened
from smsportal.lib.db import database_now
from smsportal.lib.words import people

MAY = "decide_texts_in_doubt"
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Group:
    """Texts of one message that one carrier may have sent."""

    batch: Batch
    carrier: Carrier
    text_count: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    went_wrong: str  # with the last of them


@dataclass(frozen=True)
class Doubted:
    """One text, with what was heard of it last and everything before it."""

    text: Message
    story: list[Attempt]

    @property
    def went_wrong(self) -> str:
        return what_happened(self.story[-1]) if self.story else Phase.AMBIGUOUS.label

    @property
    def times_before(self) -> int:
        return max(0, self.text.attempt_count - 1)


def to_decide_count() -> int:
    """For a number beside the way to the page; no further than it would be shown."""
    return in_doubt(database_now()).values("pk")[: MOST_COUNTED + 1].count()


def visible(person: Actor, as_of: dt.datetime) -> QuerySet[Message]:
    return in_doubt(as_of) if person.may(MAY) else Message.objects.none()


def message(person: Actor, uid: UUID | None) -> Batch | None:
    """Of any department, without its words: for whoever decides about its texts."""
    if uid is None or not person.may(MAY):
        return None
    return Batch.objects.select_related("department").filter(uid=uid).first()


def carrier_named(person: Actor, name: str) -> Carrier | None:
    there = Carrier.objects.filter(name=name) if name and person.may(MAY) else None
    return there.first() if there is not None else None


def by_carrier(person: Actor, *, now: dt.datetime) -> list[tuple[Carrier, int]]:
    """How many there are of each, most first."""
    counted = visible(person, now).order_by().values_list("carrier").annotate(Count("pk"))
    counts = {pk: count for pk, count in counted if pk}
    carriers = Carrier.objects.filter(pk__in=counts)
    return sorted(((c, counts[c.pk]) for c in carriers), key=lambda pair: -pair[1])


def grouped(
    person: Actor, *, now: dt.datetime, carrier: Carrier | None = None, words: str = ""
) -> QuerySet:
    """By message and carrier, the longest in doubt first; `groups` makes one page of them whole."""
    texts = visible(person, now)
    if carrier:
        texts = texts.filter(carrier=carrier)
    if words.strip():
        about = Q(reference__iexact=words.strip()) | Q(department__name__icontains=words.strip())
        texts = texts.filter(batch__in=Batch.objects.filter(about))
    return (
        texts.values("batch_id", "carrier_id")
        .annotate(
            text_count=Count("pk"),
            first_at=Min("doubted_at"),
            last_at=Max("doubted_at"),
            last_pk=Max("pk"),
        )
        .order_by(F("first_at").asc(nulls_first=True), "batch_id", "carrier_id")
    )


def groups(rows: Iterable[Mapping[str, Any]]) -> list[Group]:
    rows = list(rows)
    batches = Batch.objects.select_related("department").in_bulk([r["batch_id"] for r in rows])
    carriers = Carrier.objects.in_bulk([r["carrier_id"] for r in rows])
    stories = _stories([row["last_pk"] for row in rows])
    return [
        Group(
            batches[row["batch_id"]],
            carriers[row["carrier_id"]],
            row["text_count"],
            row["first_at"],
            row["last_at"],
            _last(stories.get(row["last_pk"], [])),
        )
        for row in rows
        if row["carrier_id"] in carriers
    ]


def of_group(
    person: Actor, *, batch: Batch, carrier: Carrier | None, now: dt.datetime
) -> QuerySet[Message]:
    texts = visible(person, now).filter(batch=batch).select_related("carrier")
    return (texts.filter(carrier=carrier) if carrier else texts).order_by("doubted_at", "pk")


def with_stories(page: Page | Iterable[Message]) -> list[Doubted]:
    texts = list(page)
    stories = _stories([text.pk for text in texts])
    return [Doubted(text, stories.get(text.pk, [])) for text in texts]


def _stories(ids: list[int]) -> dict[int, list[Attempt]]:
    told: dict[int, list[Attempt]] = {}
    for line in Attempt.objects.filter(message__in=ids).select_related("carrier").order_by("pk"):
        told.setdefault(line.message_id, []).append(line)
    return told


def _last(story: list[Attempt]) -> str:
    return what_happened(story[-1]) if story else Phase.AMBIGUOUS.label


@dataclass(frozen=True)
class Outlook:
    """What each choice would mean for what was chosen, before it is made."""

    text_count: int
    person_count: int
    can_go_count: int
    why_not: list[str]  # of those that cannot be sent again
    waits: list[str]  # of carriers that take nothing now
    cost_tenths: int  # of those that can be sent again, once each
    one: Doubted | None  # where it is one alone
    departments: list[str]


def outlook(chosen: Chosen, *, now: dt.datetime) -> Outlook:
    texts = chosen.texts
    counted = texts.aggregate(texts=Count("pk"), people=Count("number", distinct=True))
    again = may_go_again(texts, now)
    charged = again.filter(carrier__is_charging=True)
    cost = charged.aggregate(tenths=Sum(F("part_count") * F("batch__price_tenths")))["tenths"]
    can_go_count = again.count()
    one = with_stories(texts.select_related("carrier", "batch__department")[:1])
    names = texts.values_list("department__name", flat=True).distinct().order_by("department__name")
    return Outlook(
        text_count=counted["texts"],
        person_count=counted["people"],
        can_go_count=can_go_count,
        why_not=list(_why_not(texts, now)) if can_go_count < counted["texts"] else [],
        waits=[
            f"{carrier} is paused. They wait until it is resumed."
            for carrier in Carrier.objects.filter(
                pk__in=again.order_by().values("carrier"), paused_at__isnull=False
            )
        ],
        cost_tenths=cost or 0,
        one=one[0] if counted["texts"] == 1 else None,
        departments=list(names[:4]),
    )


def _why_not(texts: QuerySet[Message], now: dt.datetime) -> Iterable[str]:
    """Each text is counted under the first reason that it has."""
    reasons = (
        (Q(valid_until__lte=now), "too old: its sender did not want it sent so late"),
        (~Q(batch__state__in=MAY_GO_ON), "of a message that was stopped"),
        (Q(department__closed_at__isnull=False), "of a department that was closed"),
        (Q(carrier__is_enabled=False), "with a carrier that is switched off"),
    )
    left = texts
    for reason, words in reasons:
        if count := left.filter(reason).count():
            yield f"{count:,} {'is' if count == 1 else 'are'} {words}."
        left = left.exclude(reason)
    if count := left.count() - may_go_again(left, now).count():
        yield f"{count:,} {'is' if count == 1 else 'are'} to {people(count)} who opted out since."
