"""Many small messages of many people, accepted in one transaction: that is how mail brings them.

Each is a batch like all others, with its caps, its price and its line in the audit trail. What one
message takes some thirty statements for is here done for all of them by the same few.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from accounts.audit import services as audit
from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from messaging.routes import queries as routes
from messaging.senders.models import OptOut
from messaging.senders.queries import Choice
from messaging.sending.engine import allowances
from messaging.sending.errors import CapReached, EmptyText, NobodyToText, NotNow, TooManyParts
from messaging.sending.models import Basket, BasketRow, Batch, Message, RowSource, RowState
from messaging.sending.queries import prices_tenths
from messaging.sending.queries.caps import Cap, caps_of
from messaging.sending.services.accepting import MOST_PARTS
from messaging.sending.states import BatchState, Lane, State
from messaging.text.segments import measure
from smsportal.lib import walltime
from smsportal.lib.errors import Refused
from smsportal.lib.words import people

DEFAULT_ADMINS = "your department administrator"


@dataclass(frozen=True)
class Order:
    """person: as `senders` answers them. numbers: E.164, each once. further: caps of whoever asks,
    and how much of each it takes.
    """

    person: Person
    numbers: Sequence[str]
    body: str
    sender: Choice
    source: str
    request_key: uuid.UUID
    further: Sequence[tuple[Cap, int]] = ()


@dataclass
class Accepted:
    batch: Batch
    numbers: list[str]  # that are texted
    opted_out: set[str] = field(default_factory=set)  # that are not


def accept_gathered(
    orders: Sequence[Order], *, plan: routes.Plan, now: dt.datetime
) -> list[Accepted | Refused]:
    """Accept each and let it go at once, or say why not: NotNow, NobodyToText, EmptyText,
    TooManyParts, CapReached. A person who may not send is refused as NotNow.

    Call inside a transaction. plan: not older than a moment, since latecomers are looked for.
    """
    day = walltime.day_of(now)
    opted_out = _opted_out(orders)
    results: list[Accepted | Refused] = []
    for order in orders:
        try:
            results.append(_fit(order, opted_out, day, now))
        except Refused as refused:
            results.append(refused)
    _price([result for result in results if isinstance(result, Accepted)])
    _reserve(orders, results, day)
    _write([result for result in results if isinstance(result, Accepted)], plan, now)
    return results


def senders(person_ids: Collection[int], *, now: dt.datetime) -> dict[int, Person]:
    """By id, as they are now; `department` has its code of that day. Who has left is not there."""
    found = Person.objects.live().in_bulk(person_ids)
    ids = {person.department_id for person in found.values()}
    departments = Department.objects.with_code(walltime.day_of(now)).in_bulk(ids)
    for person in found.values():
        person.department = departments.get(person.department_id)
    return found


def _opted_out(orders: Sequence[Order]) -> set[tuple[int | None, str]]:
    numbers = {number for order in orders for number in order.numbers}
    departments = {order.person.department_id for order in orders}
    standing = OptOut.objects.in_force().filter(
        Q(department__in=departments) | Q(department__isnull=True), number__in=numbers
    )
    return set(standing.values_list("department_id", "number"))


def _fit(
    order: Order, opted_out: set[tuple[int | None, str]], day: dt.date, now: dt.datetime
) -> Accepted:
    """The batch that it becomes, not written yet."""
    department = order.person.department
    if department is None or not order.person.may("send_texts"):
        raise NotNow("This person may not send.")
    if department.frozen_at or department.closed_at:
        raise NotNow(f"{department} is {department.status}, so nothing can be sent.")
    if not order.body.strip():
        raise EmptyText("There are no words to send.")
    parts = measure(order.body).parts
    if parts > MOST_PARTS:
        raise TooManyParts(f"It makes {parts} texts, and phones join up {MOST_PARTS} at most.")
    out = {
        number
        for number in order.numbers
        if (None, number) in opted_out or (department.pk, number) in opted_out
    }
    numbers = [number for number in order.numbers if number not in out]
    if not numbers:
        raise NobodyToText("Everybody it was for has asked not to be texted.")
    part_count = parts * len(numbers)
    if part_count > department.parts_per_batch_cap:
        most = department.parts_per_batch_cap
        raise CapReached(
            f"This message is {part_count:,} texts; {department} sends {most:,} at most."
        )
    batch = _batch(order, len(numbers), part_count, day, now)
    batch.left_out = {RowState.OPTED_OUT.value: len(out)} if out else {}
    return Accepted(batch, numbers, out)


def _batch(
    order: Order, people_count: int, part_count: int, day: dt.date, now: dt.datetime
) -> Batch:
    """Under way from the start: nobody can undo what they sent by mail."""
    person = order.person
    return Batch(
        request_key=order.request_key,
        source=order.source,
        department=person.department,
        person=person,
        person_name=person.name,
        cost_code=person.department.code or "",
        cost_code_kind=person.department.code_kind or CodeKind.COST_CENTRE,
        sender=order.sender.value,
        sender_kind=order.sender.kind,
        wording=order.body,
        body=order.body,
        lane=Lane.INTERACTIVE,
        state=BatchState.RUNNING,
        send_at=now,
        valid_until=now + dt.timedelta(hours=settings.VALIDITY_HOURS),
        person_count=people_count,
        part_count=part_count,
        reserved_on=day,
        accepted_at=now,
        expanded_at=now,
        started_at=now,
        released_at=now,
        changed_at=now,
    )


def _price(accepted: Sequence[Accepted]) -> None:
    if accepted:
        ids = {each.batch.department_id for each in accepted}
        prices = prices_tenths(ids, accepted[0].batch.reserved_on)
        for each in accepted:
            each.batch.price_tenths = prices[each.batch.department_id]


def _reserve(orders: Sequence[Order], results: list[Accepted | Refused], day: dt.date) -> None:
    """Puts the reason in the place of those for whom a cap has no room."""
    places = [n for n, result in enumerate(results) if isinstance(result, Accepted)]
    if not places:
        return
    wanted = []
    for n in places:
        batch = results[n].batch  # type: ignore[union-attr]  # places are of those
        own = caps_of(batch.person, day, admins=DEFAULT_ADMINS)
        takes = [(cap, batch.part_count, batch.cost_tenths) for cap in own]
        wanted.append([*takes, *((cap, count, 0) for cap, count in orders[n].further)])
    for n, refused in zip(places, allowances.reserve_each(wanted), strict=True):
        if refused is not None:
            results[n] = refused


def _write(accepted: Sequence[Accepted], plan: routes.Plan, now: dt.datetime) -> None:
    if not accepted:
        return
    baskets = Basket.objects.bulk_create(
        Basket(
            department_id=each.batch.department_id,
            person_id=each.batch.person_id,
            created_at=now,
            changed_at=now,
            is_frozen=True,
        )
        for each in accepted
    )
    for each, basket in zip(accepted, baskets, strict=True):
        each.batch.basket = basket
    BasketRow.objects.bulk_create(row for each in accepted for row in _rows(each))
    Batch.objects.bulk_create([each.batch for each in accepted])
    Message.objects.bulk_create(
        _message(each.batch, n, number, plan)
        for each in accepted
        for n, number in enumerate(each.numbers)
    )
    audit.record_all(_line(each.batch, now) for each in accepted)


def _rows(accepted: Accepted) -> list[BasketRow]:
    goes = [(number, RowState.OK) for number in accepted.numbers]
    stays = [(number, RowState.OPTED_OUT) for number in sorted(accepted.opted_out)]
    return [
        BasketRow(
            basket=accepted.batch.basket,
            row_no=n,
            state=state,
            number=number,
            source=RowSource.TYPED,
        )
        for n, (number, state) in enumerate([*goes, *stays])
    ]


def _message(batch: Batch, row_no: int, number: str, plan: routes.Plan) -> Message:
    return Message(
        batch=batch,
        department_id=batch.department_id,
        row_no=row_no,
        number=number,
        part_count=batch.part_count // batch.person_count,
        lane=batch.lane,
        state=State.QUEUED,
        path=plan.path_of(
            number,
            sender_kind=batch.sender_kind,
            sender=batch.sender,
            batch_id=batch.pk,
            row_no=row_no,
        ),
        next_at=batch.accepted_at,
        valid_until=batch.valid_until,
    )


def _line(batch: Batch, now: dt.datetime) -> audit.AuditEvent:
    return audit.line(
        by=batch.person,
        verb="messages.accepted",
        words=f"Sent message {batch.reference} to {people(batch.person_count)} by email.",
        on=batch,
        department_id=batch.department_id,
        now=now,
    )
