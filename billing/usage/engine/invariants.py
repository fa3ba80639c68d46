"""I9: what is charged is what was taken. Questions that must answer nothing; a batch that has moved
and waits to be counted is not asked.
"""

import datetime as dt
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate

from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted
from billing.usage.queries import charged, to_departments
from messaging.sending.engine.invariants import Invariant
from messaging.sending.models import Batch
from smsportal.lib.walltime import LONDON


def charged_other_than_taken(now: dt.datetime) -> QuerySet:
    """Batches whose charges are not what the texts say, in all or on one of their days."""
    charges = Charge.objects.filter(batch=OuterRef("pk"))
    texts = charged().filter(batch=OuterRef("pk"))
    of_day = (
        charged()
        .annotate(day=TruncDate("accepted_at", tzinfo=LONDON))
        .filter(batch=OuterRef("batch"), day=OuterRef("on"))
    )
    wrong_day = charges.exclude(
        text_count=_of(of_day, "batch", Count("pk")),
        part_count=_of(of_day, "batch", Sum("accepted_part_count")),
    )
    is_right = Q(
        texts=_of(charges, "batch", Sum("text_count")),
        parts=_of(charges, "batch", Sum("part_count")),
    )
    taken = _counted().annotate(
        texts=_of(texts, "batch", Count("pk")),
        parts=_of(texts, "batch", Sum("accepted_part_count")),
    )
    return taken.filter(~is_right | Exists(wrong_day))


def _counted() -> QuerySet[Batch]:
    marked = Uncounted.objects.filter(batch=OuterRef("pk"))
    return Batch.objects.filter(~Exists(marked), tallied_at__gte=F("changed_at"))


def used_other_than_charged(now: dt.datetime) -> QuerySet:
    """Charges of a day of a department that does not add up."""
    place = {"on": OuterRef("on"), "department": OuterRef("department")}
    usage, charges = SentUsage.objects.filter(**place), Charge.objects.filter(**place)
    cost = Sum(F("part_count") * F("batch__price_tenths"))
    return Charge.objects.annotate(
        parts=_of(charges, "on", Sum("part_count")), cost=_of(charges, "on", cost)
    ).exclude(parts=_of(usage, "on", Sum("part_count")), cost=_of(usage, "on", Sum("cost_tenths")))


def used_for_no_charge(now: dt.datetime) -> QuerySet:
    charges = Charge.objects.filter(on=OuterRef("on"), department=OuterRef("department"))
    return SentUsage.objects.filter(~Exists(charges))


def received_other_than_came(now: dt.datetime) -> QuerySet:
    """Days of a keyword or number of which other texts are counted than came in."""
    marked = Uncounted.objects.filter(on=OuterRef("on"))
    texts = to_departments().annotate(day=TruncDate("received_at", tzinfo=LONDON))
    of_day = texts.filter(
        Q(keyword_id=OuterRef("keyword_id"))
        | Q(keyword_id__isnull=True, person_id=OuterRef("person_id")),
        day=OuterRef("on"),
        owner_id=OuterRef("department_id"),
    )
    return ReceivedUsage.objects.filter(~Exists(marked)).exclude(
        text_count=_of(of_day, "owner_id", Count("pk"))
    )


def came_and_is_not_counted(now: dt.datetime) -> QuerySet:
    """Sorted texts of a day of which nothing waits to be counted."""
    counted = ReceivedUsage.objects.filter(
        Q(keyword_id=OuterRef("keyword_id"))
        | Q(keyword_id__isnull=True, person_id=OuterRef("person_id")),
        on=OuterRef("day"),
    )
    marked = Uncounted.objects.filter(on=OuterRef("day"))
    sorted_ = to_departments().exclude(sorting__place="waiting")
    by_day = sorted_.annotate(day=TruncDate("received_at", tzinfo=LONDON))
    return by_day.filter(~Exists(counted), ~Exists(marked))


def _of(found: QuerySet, by: str, total: Any) -> Coalesce:
    """A correlated sum; nothing where there is nothing."""
    summed = found.order_by().values(by).annotate(total=total).values("total")
    return Coalesce(Subquery(summed, output_field=BigIntegerField()), Value(0))


INVARIANTS = [
    Invariant("I9", "is charged other than what was taken", charged_other_than_taken),
    Invariant("I9 days", "is of a day that does not add up", used_other_than_charged),
    Invariant("I9 usage", "is usage of a day without charges", used_for_no_charge),
    Invariant("I9 received", "counts other texts than came in", received_other_than_came),
    Invariant("I9 came", "came in and is not counted", came_and_is_not_counted),
]
