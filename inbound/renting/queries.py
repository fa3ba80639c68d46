"""Keywords and rented numbers, with how much comes to them this month."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from accounts.people.models import Person
from inbound.keywords.models import Keyword
from inbound.renting.resting import rests_until
from inbound.sorting.models import AutoReply
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from smsportal.lib import db, walltime


@dataclass(frozen=True)
class NumberRow:
    sender: Sender
    text_count: int
    rests_until: dt.datetime | None  # of one that was given back lately

    @property
    def is_free(self) -> bool:
        return self.sender.released_at is not None and self.rests_until is None


@dataclass(frozen=True)
class ThisMonth:
    text_count: int
    reply_count: int
    last_at: dt.datetime | None


def month_begins(now: dt.datetime) -> dt.datetime:
    return walltime.start_of(walltime.month_of(walltime.day_of(now)))


def numbers(*, words: str, now: dt.datetime) -> QuerySet:
    """Each number once, by its latest tenant; words: a number, a person or a department."""
    later = Sender.objects.filter(number=OuterRef("number"), pk__gt=OuterRef("pk"))
    texts = IncomingText.objects.filter(
        to_number=OuterRef("number"), received_at__gte=month_begins(now)
    )
    found = (
        Sender.objects.filter(~Exists(later))
        .select_related("person", "department")
        .annotate(text_count=_count(texts, "to_number"))
    )
    if words:
        digits = "".join(character for character in words if character.isdigit()).lstrip("0")
        wanted = (
            Q(person__name__icontains=words)
            | Q(person__username__icontains=words)
            | Q(department__name__icontains=words)
        )
        found = found.filter(wanted | Q(number__contains=digits) if digits else wanted)
    return found.order_by("number")


def number_rows(found: Any, *, now: dt.datetime) -> list[NumberRow]:
    return [NumberRow(each, each.text_count, _rests(each, now)) for each in found]


def rented() -> QuerySet:
    """For the messaging team: numbers that somebody has or had."""
    return Sender.objects.select_related("person", "department")


def keywords(*, words: str = "", now: dt.datetime) -> QuerySet:
    """Those that departments have now, with `text_count` of this month."""
    found = with_month(Keyword.objects.live().select_related("department"), now=now)
    if words:
        found = found.filter(Q(word__icontains=words) | Q(department__name__icontains=words))
    return found.order_by("word")


def with_month(found: QuerySet, *, now: dt.datetime) -> QuerySet:
    return found.annotate(
        text_count=Count("sortings", filter=Q(sortings__text__received_at__gte=month_begins(now)))
    )


def has_keyword(person: Person) -> bool:
    return Keyword.objects.live().visible_to(person).exists()


def reads_keywords(person: Person) -> bool:
    """Also texts to one that was given back stay to be read."""
    if person.may("see_own_messages"):
        return bool(_READ_BY(person=person.pk, department=person.department_id))
    return Keyword.objects.visible_to(person).exists()


_READ_BY: Final = db.Ready[int](
    lambda: Keyword.objects.read_by(
        db.Given("person", BigIntegerField()), db.Given("department", BigIntegerField())
    ).values_list("pk", flat=True)[:1]
)


def this_month(keyword: Keyword, *, now: dt.datetime) -> ThisMonth:
    since = month_begins(now)
    texts = IncomingText.objects.filter(sorting__keyword=keyword)
    found = texts.aggregate(
        count=Count("pk", filter=Q(received_at__gte=since)), last=Max("received_at")
    )
    replies = AutoReply.objects.filter(source=f"keyword:{keyword.pk}", at__gte=since)
    return ThisMonth(found["count"], replies.count(), found["last"])


def users_of(keyword: Keyword) -> QuerySet:
    """Who may be named as readers."""
    return (
        Person.objects.live().users().filter(department_id=keyword.department_id).order_by("name")
    )


def _count(found: QuerySet, by: str) -> Coalesce:
    counted = found.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _rests(sender: Sender, now: dt.datetime) -> dt.datetime | None:
    if sender.released_at is None:
        return None
    until = rests_until(sender.released_at)
    return until if until > now else None
