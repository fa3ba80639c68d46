"""Texts that carriers took more than once: charged once, and listed."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, OuterRef

from billing.usage.queries import DAY, charged
from messaging.sending.models import Attempt
from messaging.sending.states import Phase
from smsportal.lib.db import CountOf
from smsportal.lib.walltime import day_of, start_of


@dataclass(frozen=True)
class TakenTwice:
    """One text. times: how often a carrier took it; it is charged the parts of one."""

    department_id: int
    reference: str  # of its message
    row_no: int  # which of its people, from 0
    on: dt.date
    times: int
    part_count: int


def taken_twice(
    *, from_on: dt.date, to_on: dt.date, department_ids: Collection[int] | None = None
) -> list[TakenTwice]:
    """Those charged within the period, the first one first."""
    told = Attempt.objects.filter(message_id=OuterRef("pk"), phase=Phase.ACCEPTED)
    others = told.exclude(code=OuterRef("carrier_ref")).values("code").distinct()
    texts = charged().filter(
        accepted_at__gte=start_of(from_on),
        accepted_at__lt=start_of(to_on + DAY),
        pk__in=Attempt.objects.filter(phase=Phase.ACCEPTED).values("message_id"),
        carrier_ref__isnull=False,
    )
    if department_ids is not None:
        texts = texts.filter(department_id__in=department_ids)
    found = texts.annotate(others=CountOf(others), reference=F("batch__reference"))
    columns = ("department_id", "reference", "row_no", "accepted_at", "others")
    return [
        TakenTwice(department_id, reference, row_no, day_of(at), others + 1, parts)
        for department_id, reference, row_no, at, others, parts in found.filter(others__gt=0)
        .order_by("accepted_at", "pk")
        .values_list(*columns, "accepted_part_count")
    ]
