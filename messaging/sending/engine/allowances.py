"""Caps in parts and in money: reserved by one conditional UPDATE, given back when a text does not
go.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Case, F, QuerySet, Sum, When
from django.db.models.functions import Greatest

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.sending.errors import CapReached
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.queries.caps import (
    CAP_ORDER,
    Cap,
    Left,
    caps_of,
    caps_of_department,
    left_of,
    lefts,
    used_of,
)
from smsportal.lib import db, walltime
from smsportal.lib.words import money


def reserve(*, person: Person, batch: Batch) -> list[str]:
    """Take what `batch` reserves from every cap of its day, or from none. Raises CapReached.

    Call inside the transaction that accepts the batch.
    """
    _refuse_over_one_message(person.department, batch.part_count)
    _take(caps_of(person, batch.reserved_on), batch)
    return []


def reserve_automatic(batch: Batch) -> None:
    """The same for a message that no person sends."""
    _refuse_over_one_message(batch.department, batch.part_count)
    _take(caps_of_department(batch.department, batch.reserved_on), batch)


def _refuse_over_one_message(department: Department, part_count: int) -> None:
    most = department.parts_per_batch_cap
    if part_count > most:
        raise CapReached(
            f"This message is {part_count:,} texts. One message of {department} may be at "
            f"most {most:,}. Send it to fewer people, or ask the messaging team to raise it."
        )


def _take(caps: Iterable[Cap], batch: Batch) -> None:
    for cap in caps:
        wanted = _row(cap)
        if cap.limit is not None:
            wanted = wanted.filter(used_count__lte=cap.limit - batch.part_count)
        if cap.limit_tenths is not None:
            wanted = wanted.filter(used_tenths__lte=cap.limit_tenths - batch.cost_tenths)
        if not _add(wanted, batch):
            raise CapReached(_over(cap, batch.part_count, batch.cost_tenths, left_of(cap)))


def _add(row: QuerySet[Allowance], batch: Batch) -> int:
    return row.update(
        used_count=F("used_count") + batch.part_count,
        used_tenths=F("used_tenths") + batch.cost_tenths,
    )


Wanted = Sequence[tuple[Cap, int, int]]  # how many parts of which, and what they cost


def reserve_each(
    orders: Sequence[Wanted],
) -> tuple[list[CapReached | None], list[db.Statement]]:
    """The same for many orders in one read and one write: each gets all it wants, or nothing and
    the reason. The first comes first. The rows are locked, and the write is left to the caller.
    """
    caps = {_key(cap): cap for wanted in orders for cap, *_ in wanted}
    rows = _locked(list(caps))
    used = {key: (row.used_count, row.used_tenths) for key, row in rows.items()}
    before = dict(used)
    refused = [_take_in_memory(used, wanted) for wanted in orders]
    changed = [(row.pk, *used[key]) for key, row in rows.items() if used[key] != before[key]]
    return refused, db.updating(Allowance.objects.all(), changed, ["used_count", "used_tenths"])


Key = tuple[str, int, dt.date]


class Row(NamedTuple):
    pk: int
    scope: str
    owner_id: int
    period_on: dt.date
    used_count: int
    used_tenths: int


def _key(cap: Cap) -> Key:
    return cap.scope, cap.owner_id, cap.period_on


def _take_in_memory(used: dict[Key, tuple[int, int]], wanted: Wanted) -> CapReached | None:
    for cap, parts, tenths in wanted:
        left = lefts(cap, *used[_key(cap)])
        if any(each.is_less_than(parts, tenths) for each in left):
            return CapReached(_over(cap, parts, tenths, left))
    for cap, parts, tenths in wanted:
        had, cost = used[_key(cap)]
        used[_key(cap)] = had + parts, cost + tenths
    return None


def _locked(keys: Sequence[Key]) -> dict[Key, Row]:
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


def _lock(keys: Sequence[Key]) -> dict[Key, Row]:
    scopes, owner_ids, periods = (set(column) for column in zip(*keys, strict=True))
    rows = map(Row._make, _LOCKING(scopes=scopes, owner_ids=owner_ids, periods=periods))
    found = {(row.scope, row.owner_id, row.period_on): row for row in rows}
    return {key: found[key] for key in keys if key in found}


_LOCKING: Final = db.Ready[tuple](
    lambda: (
        Allowance.objects.filter(
            db.GivenAny("scopes", "scope"),
            db.GivenAny("owner_ids", "owner_id"),
            db.GivenAny("periods", "period_on"),
        )
        .order_by(
            Case(*(When(scope=scope, then=place) for place, scope in enumerate(CAP_ORDER))),
            "owner_id",
            "period_on",
        )
        .select_for_update(of=("self",))
        .values_list(*Row._fields)
    )
)


def take_all(*, person: Person, batch: Batch) -> list[str]:
    """The same where no cap may stop it: counted as used. Answers, in words, what it goes over."""
    parts, day = batch.part_count, batch.reserved_on
    most = person.department.parts_per_batch_cap
    over = [f"{parts:,} texts in one message of at most {most:,}"] if parts > most else []
    for cap in caps_of(person, day):
        _add(_row(cap), batch)
        used, tenths = used_of(cap)
        whose = cap.words.replace("you", person.name, 1) if cap.is_personal else cap.words
        if cap.limit is not None and used > cap.limit:
            over.append(f"{used:,} of {cap.limit:,} texts for {whose}")
        if cap.limit_tenths is not None and tenths > cap.limit_tenths:
            over.append(f"{money(tenths)} of {money(cap.limit_tenths)} for {whose}")
    return over


def _row(cap: Cap) -> QuerySet[Allowance]:
    key = {"scope": cap.scope, "owner_id": cap.owner_id, "period_on": cap.period_on}
    Allowance.objects.bulk_create([Allowance(**key)], ignore_conflicts=True)
    return Allowance.objects.filter(**key)


def _over(cap: Cap, parts: int, tenths: int, found: Sequence[Left]) -> str:
    # Somebody may have given some back since the row was asked.
    left = next((each for each in found if each.is_less_than(parts, tenths)), found[0])
    is_this = f"costs {money(tenths)}" if left.is_money else f"is {parts:,} texts"
    said = left.said.removesuffix(" texts").replace(" of ", " of the ", 1)
    are = "is" if left.is_money else "are"
    return (
        f"This message {is_this}, and {said} for {cap.words} {are} left. Nothing has been sent. "
        f"{cap.ask}"
    )


def give_back(message_ids: Sequence[int]) -> None:
    """Texts that did not go after all (failed, expired, cancelled, opted out), or went in part.

    Call it once a text, in the transaction of the guarded move that made it final.
    """
    freed = (
        Message.objects.filter(pk__in=message_ids)
        .values_list(
            "batch__department_id", "batch__person_id", "batch__reserved_on", "batch__price_tenths"
        )
        .annotate(parts=Sum(F("part_count") - F("accepted_part_count")))
        .order_by("batch__department_id", "batch__reserved_on", "batch__person_id")
    )
    _give_back(freed)


def give_back_all(batch: Batch) -> None:
    """A batch that was cancelled before any text of it left."""
    _give_back([(*_whose(batch), batch.part_count)])


def give_back_unmade(batch: Batch) -> None:
    """A batch that was stopped before all of its texts were made. Once, in that transaction."""
    made = Message.objects.filter(batch=batch).aggregate(parts=Sum("part_count"))["parts"] or 0
    if left := batch.part_count - made:
        _give_back([(*_whose(batch), left)])


def _whose(batch: Batch) -> tuple[int, int | None, dt.date, int]:
    return batch.department_id, batch.person_id, batch.reserved_on, batch.price_tenths


def _give_back(freed: Iterable[tuple[int, int | None, dt.date, int, int]]) -> None:
    for department_id, person_id, day, price_tenths, parts in freed:
        year = walltime.financial_year_of(day, settings.FINANCIAL_YEAR_STARTS)
        for scope, owner_id, period_on in (
            ("department_year", department_id, year),
            ("department_month", department_id, walltime.month_of(day)),
            ("person_month", person_id, walltime.month_of(day)),
            ("person_day", person_id, day),
        ):
            Allowance.objects.filter(scope=scope, owner_id=owner_id, period_on=period_on).update(
                used_count=Greatest(F("used_count") - parts, 0),
                used_tenths=Greatest(F("used_tenths") - parts * price_tenths, 0),
            )
