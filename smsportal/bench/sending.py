"""One click to 10,000 people until every text has its final state, by a real sender process.

Beside it, from the same run, what the database itself can do with such rows: one insert and three
batched updates of each, in plain SQL without index or guard, which is the least that any design
with every status in the database has to do.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from messaging.carriers.models import Carrier, SimulatedKind, SimulatedText
from messaging.operations.models import Heartbeat
from messaging.sending import services
from messaging.sending.engine import expand
from messaging.sending.models import Basket, BasketRow, Batch, Message, RowSource, RowState
from messaging.sending.states import FINAL
from smsportal.lib.db import CHUNK

PEOPLE = 10_000
FIRST_MOBILE = 7_400_000_000
WINDOW = 1_000
RECEIPT_AFTER_SECONDS = 2.0
GIVE_UP_SECONDS = 300
POLL_SECONDS = 0.2
LIMIT_CHUNK = 500


@dataclass(frozen=True)
class SendingFigure:
    """Seconds from the click. limit: texts a second that the rows alone allow."""

    accepted: float
    final: float
    carried: int
    limit: float

    def __str__(self) -> str:
        rate = PEOPLE / self.final
        return (
            f"one click to {PEOPLE:,} people: accepted in {self.accepted:.2f} s, all final in "
            f"{self.final:.1f} s ({rate:,.0f}/s, receipts {RECEIPT_AFTER_SECONDS:.0f} s after "
            f"each), carried {self.carried:,}; the rows alone in plain SQL: {self.limit:,.0f}/s"
        )


def figures() -> Iterator[SendingFigure]:
    limit = _limit()
    person = bench_person()
    _carrier()
    basket = bench_basket(person, PEOPLE)
    sender = _sender()
    try:
        _wait_until_ready(sender)
        yield _one_click(person, basket, limit)
    finally:
        sender.send_signal(signal.SIGTERM)
        sender.wait(timeout=30)


def _one_click(person: Person, basket: Basket, limit: float) -> SendingFigure:
    start = time.monotonic()
    batch = click(basket, person)
    accepted = time.monotonic() - start
    _expand(batch)
    while Message.objects.filter(batch=batch, state__in=FINAL).count() < PEOPLE:
        if time.monotonic() - start > GIVE_UP_SECONDS:
            raise TimeoutError("not every text became final")
        time.sleep(POLL_SECONDS)
    final = time.monotonic() - start
    carried = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE).count()
    return SendingFigure(accepted, final, carried, limit)


def click(basket: Basket, person: Person, *, undo_seconds: int = 0) -> Batch:
    return services.submit(
        basket=basket,
        body="The lecture is in room 2.",
        sender_kind="alpha",
        request_key=uuid.uuid4(),
        by=person,
        now=timezone.now(),
        undo_seconds=undo_seconds,
    )


def _expand(batch: Batch) -> None:
    """What the worker does when its bell rings; there is no worker here."""
    expand.expand(batch, now=timezone.now())


def bench_person(n: int = 1) -> Person:
    """A user of department n, who may do whatever a user may."""
    department = Department.objects.create(name=f"Bench {n}", alpha_tag="BENCH")
    CostCode.objects.create(
        department=department,
        code=f"BB{n:04d}",
        kind=CodeKind.COST_CENTRE,
        from_on="2020-08-01",
        recorded_by_name="bench",
    )
    return Person.objects.create(
        username=f"bench{n:04d}",
        name="Bench",
        role="user",
        department=department,
        allow_emergency=True,
    )


def _carrier() -> Carrier:
    return Carrier.objects.create(
        name="simulator",
        kind="simulator",
        is_sandbox=True,
        window=WINDOW,
        settings={"delivery_seconds": [RECEIPT_AFTER_SECONDS, RECEIPT_AFTER_SECONDS]},
    )


def bench_basket(person: Person, people: int, *, first: int = 0) -> Basket:
    """Numbers from +447400000000 + `first` on, made here and now, never to reach a network: the
    carrier is on this machine.
    """
    basket = Basket.objects.create(department_id=person.department_id, person=person)
    fill_basket(basket, people, first=first)
    return basket


def fill_basket(basket: Basket, people: int, *, first: int = 0) -> None:
    BasketRow.objects.bulk_create(
        (
            BasketRow(
                basket=basket,
                row_no=n,
                state=RowState.OK,
                number=f"+44{FIRST_MOBILE + first + n}",
                source=RowSource.FILE,
            )
            for n in range(people)
        ),
        batch_size=CHUNK,
    )


def _sender() -> subprocess.Popen:
    log = (settings.VAR_DIR / "sender.log").open("wb")
    command = [sys.executable, "manage.py", "sender", "simulator"]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=os.environ.copy(), stdout=log, stderr=log
    )


def _wait_until_ready(sender: subprocess.Popen) -> None:
    while not Heartbeat.objects.exists():
        if sender.poll() is not None:
            raise RuntimeError(f"the sender stopped: {settings.VAR_DIR / 'sender.log'}")
        time.sleep(POLL_SECONDS)


def _limit() -> float:
    """Texts a second of one insert and three updates, 500 rows a statement, each committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_limit (id integer PRIMARY KEY, number varchar(16), "
            "state varchar(11), ref varchar(64))"
        )
        start = time.monotonic()
        for first in range(0, PEOPLE, LIMIT_CHUNK):
            ids = range(first, first + LIMIT_CHUNK)
            rows = ", ".join(f"({n}, '+4474{n:08d}', 'queued')" for n in ids)
            _commit(cursor, f"INSERT INTO bench_limit (id, number, state) VALUES {rows}")
        for state in ("sending", "submitted", "delivered"):
            for first in range(0, PEOPLE, LIMIT_CHUNK):
                values = ", ".join(f"({n}, 'ref{n}')" for n in range(first, first + LIMIT_CHUNK))
                _commit(
                    cursor,
                    f"WITH v(id, ref) AS (VALUES {values}) UPDATE bench_limit "
                    f"SET state = '{state}', ref = v.ref FROM v WHERE bench_limit.id = v.id",
                )
        seconds = time.monotonic() - start
        cursor.execute("DROP TABLE bench_limit")
    return PEOPLE / seconds


def _commit(cursor: Any, statement: str) -> None:
    with transaction.atomic():
        cursor.execute(statement)
