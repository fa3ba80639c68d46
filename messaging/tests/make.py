"""Carriers, contacts, baskets and batches for tests: plain makers, no factories."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact, Group, Membership
from messaging.routes import queries as routes
from messaging.sending import services
from messaging.sending.models import Basket, BasketRow, Batch, Message, RowSource, RowState
from messaging.sending.states import Lane, State

NOW = dt.datetime(2026, 5, 12, 13, 4, tzinfo=dt.UTC)  # Tuesday, 2:04pm in London
_numbers = itertools.count(1)


def drama(n: int) -> str:
    return f"+447700900{n % 900:03d}"


def make_simulator(**fields: Any) -> Carrier:
    return Carrier.objects.create(
        **{"name": "simulator", "kind": "simulator", "is_sandbox": True, **fields}
    )


def make_basket(person: Person, people: int = 3, **fields: Any) -> Basket:
    """`people` rows that go. Up to 900 numbers are drama numbers."""
    basket = Basket.objects.create(department_id=person.department_id, person=person)
    BasketRow.objects.bulk_create(
        BasketRow(
            **{
                "basket": basket,
                "row_no": n,
                "state": RowState.OK,
                "number": drama(n) if people <= 900 else f"+4474{n:08d}",
                "first_name": f"Name{n}",
                "source": RowSource.TYPED,
                **fields,
            }
        )
        for n in range(people)
    )
    return basket


def make_batch(person: Person, *, people: int = 3, body: str = "Hello", **order: Any) -> Batch:
    """A batch as `submit` makes it: held or scheduled, with its rows."""
    return services.submit(
        **{
            "basket": order.pop("basket", None) or make_basket(person, people),
            "body": body,
            "sender_kind": "alpha",
            "request_key": uuid.uuid4(),
            "by": person,
            "now": NOW,
            **order,
        }
    )


def make_queued(person: Person, numbers: Sequence[str] = (), **fields: Any) -> list[Message]:
    """Texts that wait for a sender, in a running batch of their own."""
    numbers = numbers or [drama(0)]
    batch_fields = {name: fields.pop(name) for name in ("sender", "sender_kind") if name in fields}
    batch_fields |= {"lane": fields["lane"]} if "lane" in fields else {}
    if fields.get("lane") == Lane.EMERGENCY:
        batch_fields["emergency_reason"] = "A fire"
    batch = Batch.objects.create(
        **{
            "request_key": uuid.uuid4(),
            "department_id": person.department_id,
            "person": person,
            "person_name": person.name,
            "cost_code": "PH0123",
            "price_tenths": 35,
            "sender": "PHYSICS",
            "sender_kind": "alpha",
            "wording": "Hello",
            "body": "Hello",
            "state": "running",
            "send_at": NOW,
            "valid_until": NOW + dt.timedelta(days=1),
            "person_count": len(numbers),
            "part_count": len(numbers),
            "reserved_on": NOW.date(),
            "accepted_at": NOW,
            "expanded_at": NOW,
            "released_at": NOW,
            "changed_at": NOW,
            **batch_fields,
        }
    )
    plan = routes.plan(now=NOW)
    kind = {"sender_kind": batch.sender_kind, "sender": batch.sender, "batch_id": batch.pk}
    return Message.objects.bulk_create(
        Message(
            **{
                "path": plan.path_of(number, row_no=n, **kind),
                "batch": batch,
                "department_id": person.department_id,
                "row_no": n,
                "number": number,
                "part_count": 1,
                "lane": Lane.INTERACTIVE,
                "state": State.QUEUED,
                "next_at": NOW,
                "valid_until": NOW + dt.timedelta(days=1),
                **fields,
            }
        )
        for n, number in enumerate(numbers)
    )


def make_contact(keeper: Person, number: str = "", **fields: Any) -> Contact:
    """In the book that `keeper` writes in: an admin's is the global one."""
    is_global = keeper.may("manage_global_contacts")
    return Contact.objects.create(
        **{
            "department_id": keeper.department_id,
            "owner": None if is_global else keeper,
            "number": number or drama(next(_numbers)),
            **fields,
        }
    )


def make_group(keeper: Person, name: str = "", contacts: Iterable[Contact] = ()) -> Group:
    is_global = keeper.may("manage_global_contacts")
    group = Group.objects.create(
        department_id=keeper.department_id,
        owner=None if is_global else keeper,
        name=name or f"Group {next(_numbers)}",
    )
    Membership.objects.bulk_create(Membership(group=group, contact=each) for each in contacts)
    return group
