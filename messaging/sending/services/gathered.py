"""Many small messages of many people, accepted in one transaction: that is how mail brings them.

Each is a batch like all others, with its caps, its price and its line in the audit trail. What one
message takes some thirty statements for is here done for all of them by the same few.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from django.conf import settings
from django.db.models import DateField, OuterRef, QuerySet

from accounts.audit import services as audit
from accounts.departments.models import CodeKind, CostCode
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
from smsportal.lib import db, walltime
from smsportal.lib.errors import Refused
from smsportal.lib.ids import batch_reference, uuid7
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


@dataclass(slots=True)
class NewBatch:
    """The columns of a batch that differ from one to the next; a model takes thrice as long."""

    _meta: ClassVar = Batch._meta  # what the audit trail asks of whatever it names

    person: Person
    source: str
    request_key: uuid.UUID
    cost_code: str
    cost_code_kind: str
    sender: str
    sender_kind: str
    body: str
    person_count: int
    part_count: int
    left_out: dict[str, int]
    uid: uuid.UUID = field(default_factory=uuid7)
    reference: str = field(default_factory=batch_reference)
    pk: int = 0
    basket_id: int = 0
    price_tenths: int = 0

    def __str__(self) -> str:
        return self.reference

    @property
    def department_id(self) -> int:
        return self.person.department_id

    @property
    def cost_tenths(self) -> int:
        return self.part_count * self.price_tenths

    @property
    def row(self) -> tuple:
        """In the order of _OF_A_BATCH."""
        return (
            self.pk, self.uid, self.reference, self.request_key, self.source, self.department_id,
            self.person.pk, self.person.name, self.cost_code, self.cost_code_kind,
            self.price_tenths, self.sender, self.sender_kind, self.body, self.body,
            self.basket_id, self.person_count, self.part_count, self.left_out,
        )  # fmt: skip


@dataclass
class Accepted:
    batch: NewBatch
    numbers: list[str]  # that are texted
    opted_out: set[str] = field(default_factory=set)  # that are not


Results = list[Accepted | Refused]


def accept_gathered(
    orders: Sequence[Order],
    *,
    plan: routes.Plan,
    now: dt.datetime,
    beside: Callable[[Results], Iterable[db.Statement]],
) -> Results:
    """Accept each and let it go at once, or say why not: NotNow, NobodyToText, EmptyText,
    TooManyParts, CapReached. A person who may not send is refused as NotNow.

    Call inside a transaction. plan: not older than a moment, since latecomers are looked for.
    beside: what else is to be written, now that the batches have their keys.
    """
    day = walltime.day_of(now)
    opted_out = _opted_out(orders)
    results: Results = []
    for order in orders:
        try:
            results.append(_fit(order, opted_out))
        except Refused as refused:
            results.append(refused)
    _price([result for result in results if isinstance(result, Accepted)], day)
    writes = _reserve(orders, results, day)
    accepted = [result for result in results if isinstance(result, Accepted)]
    if accepted:
        _give_ids([each.batch for each in accepted])
        writes += _writes(accepted, plan, day, now)
    db.together([*writes, *beside(results)])
    return results


def senders(person_ids: Collection[int], *, now: dt.datetime) -> dict[int, Person]:
    """By id, as they are now; `department` has its code of that day. Who has left is not there."""
    found = _SENDERS(ids=person_ids, day=walltime.day_of(now))
    for person in found:
        if person.department is not None:
            person.department.code, person.department.code_kind = person.code, person.code_kind
    return {person.pk: person for person in found}


def _with_codes() -> QuerySet[Person]:
    theirs, day = OuterRef("department"), db.Given("day", DateField())
    return (
        Person.objects.live()
        .filter(db.GivenAny("ids", "pk"))
        .select_related("department")
        .annotate(code=CostCode.of(theirs, day), code_kind=CostCode.of(theirs, day, "kind"))
    )


_SENDERS: Final = db.Ready[Person](_with_codes)
_OPTED_OUT: Final = db.Ready[tuple[int | None, str]](
    lambda: (
        OptOut.objects.in_force()
        .filter(db.GivenAny("numbers", "number"))
        .values_list("department_id", "number")
    )
)


def _opted_out(orders: Sequence[Order]) -> set[tuple[int | None, str]]:
    """Also from departments that are not asked about."""
    return set(_OPTED_OUT(numbers={number for order in orders for number in order.numbers}))


def _fit(order: Order, opted_out: set[tuple[int | None, str]]) -> Accepted:
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
    batch = NewBatch(
        person=order.person,
        source=order.source,
        request_key=order.request_key,
        cost_code=department.code or "",
        cost_code_kind=department.code_kind or CodeKind.COST_CENTRE,
        sender=order.sender.value,
        sender_kind=order.sender.kind,
        body=order.body,
        person_count=len(numbers),
        part_count=part_count,
        left_out={str(RowState.OPTED_OUT): len(out)} if out else {},
    )
    return Accepted(batch, numbers, out)


def _price(accepted: Sequence[Accepted], day: dt.date) -> None:
    if accepted:
        ids = {each.batch.department_id for each in accepted}
        prices = prices_tenths(ids, day)
        for each in accepted:
            each.batch.price_tenths = prices[each.batch.department_id]


def _reserve(orders: Sequence[Order], results: Results, day: dt.date) -> list[db.Statement]:
    """Puts the reason in the place of those for whom a cap has no room. Answers what to write."""
    places = [n for n, result in enumerate(results) if isinstance(result, Accepted)]
    if not places:
        return []
    wanted = []
    for n in places:
        batch = results[n].batch  # type: ignore[union-attr]  # places are of those
        own = caps_of(batch.person, day, admins=DEFAULT_ADMINS)
        takes = [(cap, batch.part_count, batch.cost_tenths) for cap in own]
        wanted.append([*takes, *((cap, count, 0) for cap, count in orders[n].further)])
    refusals, writes = allowances.reserve_each(wanted)
    for n, refused in zip(places, refusals, strict=True):
        if refused is not None:
            results[n] = refused
    return writes


def _give_ids(batches: Sequence[NewBatch]) -> None:
    """Beforehand, so that no row waits for another's."""
    for batch, ids in zip(batches, db.new_ids([Basket, Batch], len(batches)), strict=True):
        batch.basket_id, batch.pk = ids


def _writes(
    accepted: Sequence[Accepted], plan: routes.Plan, day: dt.date, now: dt.datetime
) -> list[db.Statement]:
    """Under way from the start: nobody can undo what they sent by mail."""
    batches = [each.batch for each in accepted]
    baskets = [(each.basket_id, uuid7(), each.department_id, each.person.pk) for each in batches]
    rows = (row for each in accepted for row in _rows(each))
    messages = (
        _message(each.batch, n, number, plan)
        for each in accepted
        for n, number in enumerate(each.numbers)
    )
    valid_until = now + dt.timedelta(hours=settings.VALIDITY_HOURS)
    of_batches = (Lane.INTERACTIVE, BatchState.RUNNING, valid_until, day, *[now] * len(_MOMENTS))
    return [
        *_BASKETS.statements(baskets, now, now, True),
        *_ROWS.statements(rows, RowSource.TYPED),
        *_BATCHES.statements((each.row for each in batches), *of_batches),
        *_MESSAGES.statements(messages, Lane.INTERACTIVE, State.QUEUED, now, valid_until),
        *audit.writing(_line(batch, now) for batch in batches),
    ]


_OF_A_BATCH: Final = (
    "id", "uid", "reference", "request_key", "source", "department_id", "person_id", "person_name",
    "cost_code", "cost_code_kind", "price_tenths", "sender", "sender_kind", "wording", "body",
    "basket_id", "person_count", "part_count", "left_out",
)  # fmt: skip
_MOMENTS: Final = (
    "send_at", "accepted_at", "expanded_at", "started_at", "released_at", "changed_at",
)  # fmt: skip
_BASKETS: Final = db.Inserting(
    Basket,
    each=("id", "uid", "department_id", "person_id"),
    same=("created_at", "changed_at", "is_frozen"),
)
_ROWS: Final = db.Inserting(
    BasketRow, each=("basket_id", "row_no", "state", "number"), same=("source",)
)
_BATCHES: Final = db.Inserting(
    Batch, each=_OF_A_BATCH, same=("lane", "state", "valid_until", "reserved_on", *_MOMENTS)
)
_MESSAGES: Final = db.Inserting(
    Message,
    each=("uid", "batch_id", "department_id", "row_no", "number", "part_count", "path"),
    same=("lane", "state", "next_at", "valid_until"),
)


def _rows(accepted: Accepted) -> Iterator[tuple[int, int, RowState, str]]:
    goes = [(number, RowState.OK) for number in accepted.numbers]
    stays = [(number, RowState.OPTED_OUT) for number in sorted(accepted.opted_out)]
    for n, (number, state) in enumerate([*goes, *stays]):
        yield accepted.batch.basket_id, n, state, number


def _message(batch: NewBatch, row_no: int, number: str, plan: routes.Plan) -> tuple:
    return (
        uuid7(),
        batch.pk,
        batch.department_id,
        row_no,
        number,
        batch.part_count // batch.person_count,
        plan.path_of(
            number,
            sender_kind=batch.sender_kind,
            sender=batch.sender,
            batch_id=batch.pk,
            row_no=row_no,
        ),
    )


def _line(batch: NewBatch, now: dt.datetime) -> audit.Line:
    return audit.line(
        by=batch.person,
        verb="messages.accepted",
        words=f"Sent message {batch.reference} to {people(batch.person_count)} by email.",
        on=batch,
        department_id=batch.department_id,
        now=now,
    )
