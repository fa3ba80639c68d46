"""Caps in parts: reserved by one conditional UPDATE, given back when a text does not go."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import Case, F, QuerySet, Sum, When
from django.db.models.functions import Greatest

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.sending.errors import CapReached
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.queries import CAP_ORDER, Cap, caps_of, caps_of_department, left_of
from smsportal.lib import db, walltime


def reserve(*, person: Person, part_count: int, day: dt.date) -> list[str]:
    """Take `part_count` from every cap of that day, or from none. Raises CapReached.

    Call inside the transaction that accepts the batch.
    """
    _refuse_over_one_message(person.department, part_count)
    _take(caps_of(person, day), part_count)
    return []


def reserve_automatic(*, department: Department, part_count: int, day: dt.date) -> None:
    """The same for a message that no person sends."""
    _refuse_over_one_message(department, part_count)
    _take(caps_of_department(department, day), part_count)


def _refuse_over_one_message(department: Department, part_count: int) -> None:
    most = department.parts_per_batch_cap
    if part_count > most:
        raise CapReached(
            f"This message is {part_count:,} texts. One message of {department} may be at "
            f"most {most:,}. Send it to fewer people, or ask the messaging team to raise it."
        )


def _take(caps: Iterable[Cap], part_count: int) -> None:
    for cap in caps:
        wanted = _row(cap)
        if cap.limit is not None:
            wanted = wanted.filter(used_count__lte=cap.limit - part_count)
        if not wanted.update(used_count=F("used_count") + part_count):
            raise CapReached(_over(cap, part_count))


Wanted = Sequence[tuple[Cap, int]]  # how many of which


def reserve_each(orders: Sequence[Wanted]) -> list[CapReached | None]:
    """The same for many orders in one read and one write: each gets all it wants, or nothing and
    the reason. The first comes first.
    """
    caps = {_key(cap): cap for wanted in orders for cap, _ in wanted}
    rows = _locked(list(caps))
    used = {key: row.used_count for key, row in rows.items()}
    refused = [_take_in_memory(used, wanted) for wanted in orders]
    changed = [(row.pk, used[key]) for key, row in rows.items() if row.used_count != used[key]]
    db.update_many(Allowance.objects.all(), changed, ["used_count"])
    return refused


Key = tuple[str, int, dt.date]


def _key(cap: Cap) -> Key:
    return cap.scope, cap.owner_id, cap.period_on


def _take_in_memory(used: dict[Key, int], wanted: Wanted) -> CapReached | None:
    for cap, count in wanted:
        if cap.limit is not None and used[_key(cap)] + count > cap.limit:
            return CapReached(_over(cap, count, left=max(0, cap.limit - used[_key(cap)])))
    for cap, count in wanted:
        used[_key(cap)] += count
    return None


def _locked(keys: Sequence[Key]) -> dict[Key, Allowance]:
    """Locked in CAP_ORDER, as those do who reserve for one."""
    rows = _lock(keys)
    if missing := [key for key in keys if key not in rows]:
        Allowance.objects.bulk_create(
            [
                Allowance(scope=scope, owner_id=owner_id, period_on=period_on)
                for scope, owner_id, period_on in missing
            ],
            ignore_conflicts=True,
        )
        rows = _lock(keys)
    return rows


def _lock(keys: Sequence[Key]) -> dict[Key, Allowance]:
    order = Case(*(When(scope=scope, then=place) for place, scope in enumerate(CAP_ORDER)))
    scopes, owner_ids, periods = (set(column) for column in zip(*keys, strict=True))
    rows = Allowance.objects.filter(
        scope__in=scopes, owner_id__in=owner_ids, period_on__in=periods
    ).order_by(order, "owner_id", "period_on")
    found = {(row.scope, row.owner_id, row.period_on): row for row in rows.select_for_update()}
    return {key: found[key] for key in keys if key in found}


def take_all(*, person: Person, part_count: int, day: dt.date) -> list[str]:
    """The same where no cap may stop it: counted as used. Answers, in words, what it goes over."""
    most = person.department.parts_per_batch_cap
    over = [f"{part_count:,} texts in one message of at most {most:,}"] if part_count > most else []
    for cap in caps_of(person, day):
        row = _row(cap)
        row.update(used_count=F("used_count") + part_count)
        used = row.values_list("used_count", flat=True).get()
        if cap.limit is not None and used > cap.limit:
            whose = f"{person.name} on {day.day} {day:%B}" if cap.is_personal else cap.words
            over.append(f"{used:,} of {cap.limit:,} texts for {whose}")
    return over


def _row(cap: Cap) -> QuerySet[Allowance]:
    key = {"scope": cap.scope, "owner_id": cap.owner_id, "period_on": cap.period_on}
    Allowance.objects.bulk_create([Allowance(**key)], ignore_conflicts=True)
    return Allowance.objects.filter(**key)


def _over(cap: Cap, part_count: int, left: int | None = None) -> str:
    left = left_of(cap) if left is None else left
    return (
        f"This message is {part_count:,} texts, and {left:,} of the {cap.limit:,} for "
        f"{cap.words} are left. Nothing has been sent. {cap.ask}"
    )


def give_back(message_ids: Sequence[int]) -> None:
    """Texts that did not go after all (failed, expired, cancelled, opted out), or went in part.

    Call it once a text, in the transaction of the guarded move that made it final.
    """
    freed = (
        Message.objects.filter(pk__in=message_ids)
        .values_list("batch__department_id", "batch__person_id", "batch__reserved_on")
        .annotate(parts=Sum(F("part_count") - F("accepted_part_count")))
        .order_by("batch__department_id", "batch__reserved_on", "batch__person_id")
    )
    _give_back(freed)


def give_back_all(batch: Batch) -> None:
    """A batch that was cancelled before any text of it left."""
    _give_back([(batch.department_id, batch.person_id, batch.reserved_on, batch.part_count)])


def give_back_unmade(batch: Batch) -> None:
    """A batch that was stopped before all of its texts were made. Once, in that transaction."""
    made = Message.objects.filter(batch=batch).aggregate(parts=Sum("part_count"))["parts"] or 0
    if left := batch.part_count - made:
        _give_back([(batch.department_id, batch.person_id, batch.reserved_on, left)])


def _give_back(freed: Iterable[tuple[int, int | None, dt.date, int]]) -> None:
    for department_id, person_id, day, parts in freed:
        year = walltime.financial_year_of(day, settings.FINANCIAL_YEAR_STARTS)
        for scope, owner_id, period_on in (
            ("department_year", department_id, year),
            ("department_month", department_id, walltime.month_of(day)),
            ("person_day", person_id, day),
        ):
            Allowance.objects.filter(scope=scope, owner_id=owner_id, period_on=period_on).update(
                used_count=Greatest(F("used_count") - parts, 0)
            )
