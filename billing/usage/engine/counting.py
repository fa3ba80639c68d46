"""Counting what was used: what has changed, as it changes; or a whole period, again.

A text is charged once, when a carrier that charges has taken it, on that day in London, at its
batch's price for the parts that were taken. Counting is always a recount from the texts, so doing
it twice, late, or after a crash changes nothing.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from billing.tariffs.queries import price_book
from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted
from billing.usage.queries import charged, code_book, received_on, to_departments
from messaging.sending.models import Batch
from smsportal.lib import db
from smsportal.lib.walltime import LONDON, day_of, start_of

ALONE: Final = "usage"  # one counts at a time
DAY: Final = dt.timedelta(days=1)
EVER: Final = Q()


def mark(*, batch_ids: Iterable[int] = (), received_at: Iterable[dt.datetime] = ()) -> None:
    """Have these batches, and the days of these texts, counted. Call it in the transaction that
    changes them.
    """
    days = {day_of(at) for at in received_at}
    lines = [Uncounted(batch_id=pk) for pk in batch_ids] + [Uncounted(on=on) for on in days]
    Uncounted.objects.bulk_create(lines, batch_size=db.CHUNK)


def count_changed() -> int:
    """Count what is marked; answers how many marks there were. Idle while another counts."""
    done = 0
    with db.exclusive(ALONE) as mine:
        while mine and (lines := list(Uncounted.objects.order_by("pk")[: db.CHUNK])):
            batch_ids = {line.batch_id for line in lines if line.batch_id}
            count_sent(Q(batch__in=batch_ids))
            for on in sorted({line.on for line in lines if line.on}):
                count_received(on)
            # Whatever changed after it was read has a mark of its own.
            Uncounted.objects.filter(pk__in=[line.pk for line in lines]).delete()
            done += len(lines)
    return done


def count_sent(which: Q, period: Q = EVER) -> None:
    """Put the charges of some batches right, and the days that they change. which, period: of
    Charge's columns batch and on.
    """
    facts = (
        charged()
        .filter(which)
        .order_by()
        .annotate(on=TruncDate("accepted_at", tzinfo=LONDON))
        .filter(period)
        .values("batch_id", "department_id", "on")
        .annotate(text_count=Count("pk"), part_count=Sum("accepted_part_count"))
    )
    # Read before the write begins: SQLite has one writer, who must not wait for the sum.
    found = [Charge(**fact) for fact in facts]
    with transaction.atomic():
        before = Charge.objects.filter(which, period)
        days = {charge.on for charge in found}
        days.update(before.values_list("on", flat=True))
        departments = {charge.department_id for charge in found}
        departments.update(before.values_list("department_id", flat=True))
        before.delete()
        Charge.objects.bulk_create(found, batch_size=db.CHUNK)
        _add_up(Q(on__in=days, department__in=departments))


def _add_up(where: Q) -> None:
    """Make the usage of some days from their charges. Call it in a transaction. where: of columns
    that both have.
    """
    SentUsage.objects.filter(where).delete()
    charges = (
        Charge.objects.filter(where)
        .order_by()
        .values(
            "on",
            "department_id",
            "batch__cost_code_kind",
            "batch__cost_code",
            "batch__person_id",
            "batch__source",
            "batch__price_tenths",
        )
        .annotate(texts=Sum("text_count"), parts=Sum("part_count"))
    )
    db.insert_from_select(
        SentUsage,
        charges,
        on=F("on"),
        department=F("department_id"),
        code_kind=F("batch__cost_code_kind"),
        code=F("batch__cost_code"),
        person=F("batch__person_id"),
        source=F("batch__source"),
        price_tenths=F("batch__price_tenths"),
        text_count=F("texts"),
        part_count=F("parts"),
        cost_tenths=F("parts") * F("batch__price_tenths"),
    )


def count_received(on: dt.date) -> None:
    """Put the texts that came in on one day right."""
    price, codes = price_book().on(on).incoming_tenths, code_book()
    groups = received_on(on).values("keyword_id", "person_id", "owner_id").annotate(n=Count("pk"))
    found = [_received(on, group, price, codes.on(group["owner_id"], on)) for group in groups]
    with transaction.atomic():
        ReceivedUsage.objects.filter(on=on).delete()
        ReceivedUsage.objects.bulk_create(found, batch_size=db.CHUNK)


def _received(
    on: dt.date, group: dict[str, Any], price_tenths: int, code: tuple[str, str]
) -> ReceivedUsage:
    kind, written = code
    return ReceivedUsage(
        on=on,
        department_id=group["owner_id"],
        code_kind=kind,
        code=written,
        keyword_id=group["keyword_id"],
        person_id=group["person_id"],
        price_tenths=price_tenths,
        text_count=group["n"],
        cost_tenths=group["n"] * price_tenths,
    )


def rebuild(from_on: dt.date, to_on: dt.date) -> None:
    """Count these days again, both included, whatever is written there. Call it ALONE."""
    period = Q(on__gte=from_on, on__lte=to_on)
    # Whatever moves a text stamps its batch: one that rests since before has none of these days.
    moved = Batch.objects.filter(changed_at__gte=start_of(from_on))
    ids = moved.order_by("pk").values_list("pk", flat=True)
    last = 0
    while chunk := list(ids.filter(pk__gt=last)[: db.long_chunk()]):
        count_sent(Q(batch__gt=last, batch__lte=chunk[-1]), period)
        last = chunk[-1]
    Charge.objects.filter(period).exclude(batch__in=moved).delete()
    for on in _days_with_anything(period, from_on, to_on):
        with transaction.atomic():
            _add_up(Q(on=on))
        count_received(on)


def _days_with_anything(period: Q, from_on: dt.date, to_on: dt.date) -> list[dt.date]:
    came = to_departments().filter(
        received_at__gte=start_of(from_on), received_at__lt=start_of(to_on + DAY)
    )
    days = set(came.values_list(TruncDate("received_at", tzinfo=LONDON), flat=True).distinct())
    for facts in (Charge, SentUsage, ReceivedUsage):
        days.update(facts.objects.filter(period).values_list("on", flat=True).distinct())
    return sorted(days)
