"""Texts that carriers took, prices and rents, for tests."""

import datetime as dt
import uuid
from typing import Any

from accounts.people.models import Person
from billing.tariffs.models import Tariff
from messaging.carriers.models import Carrier
from messaging.sending.models import Batch, Message
from messaging.sending.states import FINAL, Lane, State
from messaging.tests.make import NOW, drama, make_simulator

FIRST_ON = dt.date(2019, 8, 1)


def make_tariff(from_on: dt.date, **prices: int) -> Tariff:
    return Tariff.objects.create(from_on=from_on, recorded_by_name="test", **prices)


def make_sent(
    user: Person,
    *,
    at: dt.datetime | None = NOW,
    people: int = 1,
    parts: int = 1,
    state: str = State.DELIVERED,
    carrier: Carrier | None = None,
    **fields: Any,
) -> Batch:
    """A batch of which every text was taken at `at`, and was tallied; None: of which none was."""
    now = at or NOW
    batch = Batch.objects.create(
        **{
            "request_key": uuid.uuid4(),
            "department_id": user.department_id,
            "person": user,
            "person_name": user.name,
            "cost_code": "PH0123",
            "price_tenths": 35,
            "sender": "PHYSICS",
            "sender_kind": "alpha",
            "wording": "Hello",
            "body": "Hello",
            "state": "finished",
            "send_at": now,
            "valid_until": now + dt.timedelta(days=1),
            "person_count": people,
            "part_count": people * parts,
            "reserved_on": now.date(),
            "accepted_at": now,
            "changed_at": now,
            "expanded_at": now,
            **fields,
        }
    )
    carrier = carrier or Carrier.objects.first() or make_simulator()
    Message.objects.bulk_create(
        Message(
            batch=batch,
            department_id=batch.department_id,
            row_no=n,
            number=drama(n),
            part_count=parts,
            lane=Lane.BULK,
            state=state,
            reason="absent" if state == State.UNDELIVERED else "",
            next_at=now,
            valid_until=batch.valid_until,
            carrier=carrier,
            carrier_ref=f"{batch.pk}-{n}" if at else None,
            accepted_at=at,
            accepted_part_count=parts if at else 0,
            final_at=now if state in FINAL else None,
        )
        for n in range(people)
    )
    return batch
