"""Putting people in a basket and taking them out. One text a person, whatever the sources say.

Each call is one short write: a chunk of at most `CHUNK` people, within the caller's transaction.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.db.models.lookups import GreaterThan

from messaging.contacts.models import Contact
from messaging.senders.models import OptOut
from messaging.sending.models import Basket, BasketRow, Message, RowSource, RowState
from smsportal.lib.db import CHUNK, insert_from_select, update_many

# What a row copied from another basket brings along.
COPIED = ("number", "typed", "first_name", "last_name", "is_private", "values", "contact")


def goes(basket: Basket) -> QuerySet[BasketRow]:
    return BasketRow.objects.filter(basket=basket, state=RowState.OK)


def next_row_no(basket: Basket) -> int:
    last = BasketRow.objects.filter(basket=basket).aggregate(last=Max("row_no"))["last"]
    return 0 if last is None else last + 1


def add_contacts(
    basket: Basket, chosen: QuerySet[Contact], *, source: RowSource, source_uid: object
) -> int:
    """INSERT .. SELECT. chosen: contacts in any number; source_uid: of a group, or F("uid")."""
    return insert_from_select(
        BasketRow,
        chosen.order_by(),
        basket=basket.pk,
        row_no=_numbered(next_row_no(basket)),
        state=_state(basket),
        number=F("number"),
        typed="",
        why="",
        suggestion="",
        first_name=F("first_name"),
        last_name=F("last_name"),
        is_private=ExpressionWrapper(Q(owner__isnull=False), output_field=BooleanField()),
        source=source,
        source_uid=source_uid,
        contact=F("pk"),
    )


def copy_rows(
    basket: Basket,
    chosen: QuerySet[BasketRow],
    *,
    source_uid: object,
    source: RowSource = RowSource.BATCH,
) -> int:
    """The people of an earlier message, with what they had then; opted-out ones stay behind."""
    return insert_from_select(
        BasketRow,
        chosen.order_by(),
        basket=basket.pk,
        row_no=_numbered(next_row_no(basket)),
        state=_state(basket),
        why="",
        suggestion="",
        source=source,
        source_uid=source_uid,
        **{name: F(name) for name in COPIED},
    )


def copy_messages(basket: Basket, chosen: QuerySet[Message], *, source_uid: object) -> int:
    """The same from the texts themselves, where a batch has no basket any more."""
    return insert_from_select(
        BasketRow,
        chosen.order_by(),
        basket=basket.pk,
        row_no=_numbered(next_row_no(basket)),
        state=_state(basket),
        number=F("number"),
        typed="",
        why="",
        suggestion="",
        first_name=F("name"),
        last_name="",
        is_private=F("is_private"),
        source=RowSource.BATCH,
        source_uid=source_uid,
    )


def add_rows(basket: Basket, rows: Sequence[BasketRow]) -> None:
    """Rows made in Python, at most CHUNK: those with a number get their state here."""
    first = next_row_no(basket)
    for n, row in enumerate(rows):
        row.basket, row.row_no = basket, first + n
    _judge(basket, rows)
    BasketRow.objects.bulk_create(rows, batch_size=CHUNK)


def put_right(basket: Basket, rows: Sequence[BasketRow], *, now: dt.datetime) -> None:
    """Rows of a file that somebody typed again, at most CHUNK, each with number or reason."""
    _judge(basket, rows)
    values = [(row.pk, row.number, row.typed, row.why, row.suggestion, row.state) for row in rows]
    wrong = BasketRow.objects.filter(basket=basket, state=RowState.REFUSED)
    update_many(wrong, values, ("number", "typed", "why", "suggestion", "state"))
    Basket.objects.filter(pk=basket.pk).update(changed_at=now)


def _judge(basket: Basket, rows: Sequence[BasketRow]) -> None:
    """Gives each row its state, the first of a number before the others."""
    numbers = {row.number for row in rows if row.number}
    taken = _taken(basket, numbers)
    opted_out = OptOut.objects.numbers(basket.department_id, numbers)
    for row in rows:
        if not row.number:
            row.state = RowState.REFUSED
        elif row.number in opted_out:
            row.state = RowState.OPTED_OUT
        else:
            row.state = RowState.DUPLICATE if row.number in taken else RowState.OK
            taken.add(row.number)


def _taken(basket: Basket, numbers: set[str]) -> set[str]:
    return set(goes(basket).filter(number__in=numbers).values_list("number", flat=True))


def remove(rows: QuerySet[BasketRow]) -> int:
    """Delete at most CHUNK of them; answers how many."""
    keys = list(rows.values_list("pk", flat=True)[:CHUNK])
    BasketRow.objects.filter(pk__in=keys).delete()
    return len(keys)


def promote(basket: Basket, *, after: int = 0) -> int:
    """Whose row is gone, but who is there from another source too, goes by that one.

    Looks at CHUNK duplicates and answers the key to go on after, 0 at the end. Looked up by lists
    of numbers: of a basket just filled, PostgreSQL knows nothing and plans a join of n times n.
    """
    twice = BasketRow.objects.filter(basket=basket, state=RowState.DUPLICATE, pk__gt=after)
    found = list(twice.order_by("pk").values_list("pk", "number")[:CHUNK])
    taken = _taken(basket, {number for _, number in found})
    keys = []
    for key, number in found:
        if number not in taken:
            keys.append(key)
            taken.add(number)
    BasketRow.objects.filter(pk__in=keys).update(state=RowState.OK)
    return found[-1][0] if len(found) == CHUNK else 0


def chunks(chosen: QuerySet) -> Iterator[QuerySet]:
    """The same rows in querysets of at most CHUNK, by key: no write longer than 200 ms."""
    keys = list(chosen.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield chosen.model.objects.filter(pk__in=keys[start : start + CHUNK])


def _numbered(first: int) -> ExpressionWrapper:
    order = Window(RowNumber(), order_by=F("pk").asc())
    return ExpressionWrapper(order + Value(first - 1), output_field=IntegerField())


def _state(basket: Basket) -> Case:
    standing = OptOut.objects.standing(basket.department_id).filter(number=OuterRef("number"))
    # A personal contact and a global one may have one number.
    nth = Window(RowNumber(), partition_by=F("number"), order_by=F("pk").asc())
    return Case(
        When(Exists(standing), then=Value(RowState.OPTED_OUT)),
        When(
            Exists(goes(basket).filter(number=OuterRef("number"))), then=Value(RowState.DUPLICATE)
        ),
        When(GreaterThan(nth, Value(1)), then=Value(RowState.DUPLICATE)),
        default=Value(RowState.OK),
    )
