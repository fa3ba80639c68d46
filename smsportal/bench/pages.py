"""What a page costs: the real server, signed in, eight clients, on a database of real size."""

import datetime as dt
import http.client
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact
from messaging.sending.models import Basket, BasketRow, Batch, Message
from messaging.sending.states import BatchState, Lane, State
from smsportal.bench.portal import get, server, signed_in
from smsportal.bench.sending import FIRST_MOBILE
from smsportal.lib import db

CLIENTS = 8
SECONDS = 5.0
A_BATCH = 1000  # texts in each batch of the filled database
DEPARTMENTS = 10
PEOPLE = 100_000


@dataclass(frozen=True)
class PageFigure:
    name: str
    rows: int
    requests: int
    p50_ms: float
    p95_ms: float
    limit_p95_ms: float

    def __str__(self) -> str:
        return (
            f"page {self.name}: p95 {self.p95_ms:,.0f} ms, median {self.p50_ms:,.0f} ms, "
            f"{self.requests / SECONDS:,.0f}/s at {CLIENTS} clients, {self.rows:,} texts "
            f"(the same server's empty answer: p95 {self.limit_p95_ms:,.0f} ms)"
        )


def figures(rows: int = 100_000) -> Iterator[PageFigure]:
    """One line for each page that people wait for."""
    user = _fill(rows)
    batch = Batch.objects.filter(person=user).latest("pk")
    pages = {
        "Messages": reverse("history:list"),
        "Messages, searched for a word": reverse("history:list") + "?words=optics",
        "Messages, searched for a number": f"{reverse('history:list')}?words=0{FIRST_MOBILE + 7}",
        "one message": reverse("history:batch", args=[batch.uid]),
        "New message": reverse("compose:new"),
        "Contacts": reverse("contacts:list"),
    }
    with server() as port:
        cookie = signed_in(user)
        limit = _measured(port, "/live", "")
        for name, address in pages.items():
            times = _measured(port, _landing(port, address, cookie), cookie)
            p50, p95 = percentile(times, 50), percentile(times, 95)
            yield PageFigure(name, rows, len(times), p50, p95, percentile(limit, 95))


def _fill(rows: int) -> Person:
    """Departments that have sent alike, to the same people: each number has had as many texts."""
    now = timezone.now()
    users = [user_of(n) for n in range(DEPARTMENTS)]
    user = users[0]
    Contact.objects.bulk_create(
        Contact(department=user.department, number=f"+44{FIRST_MOBILE + n}", first_name=f"Name{n}")
        for n in range(10_000)
    )
    carrier = Carrier.objects.create(name="bench", kind="simulator", is_sandbox=True)
    basket = people_to_text(user)
    batches = [
        batch_of(users[n % DEPARTMENTS], now - dt.timedelta(minutes=n))
        for n in range(rows // A_BATCH)
    ]
    for n, batch in enumerate(Batch.objects.bulk_create(batches, batch_size=500)):
        first = n * A_BATCH % PEOPLE
        theirs = basket.rows.filter(row_no__gte=first, row_no__lt=first + A_BATCH)
        texts_of(batch, carrier, theirs)
    return user


def people_to_text(user: Person) -> Basket:
    basket = Basket.objects.create(department=user.department, person=user)
    BasketRow.objects.bulk_create(
        (
            BasketRow(
                basket=basket, row_no=n, state="ok", number=f"+44{FIRST_MOBILE + n}", source="typed"
            )
            for n in range(PEOPLE)
        ),
        batch_size=db.CHUNK,
    )  # fmt: skip
    return basket


def user_of(n: int) -> Person:
    department = Department.objects.create(name=f"Bench {n}", alpha_tag="BENCH")
    CostCode.objects.create(
        department=department, code=f"BE{n:04d}", kind=CodeKind.COST_CENTRE,
        from_on="2020-08-01", recorded_by_name="bench",
    )  # fmt: skip
    return Person.objects.create(
        username=f"bench{n:04d}", role="user", name="Bench", department=department
    )


def batch_of(user: Person, at: dt.datetime, people: int = A_BATCH) -> Batch:
    return Batch(
        request_key=uuid.uuid4(), department=user.department, person=user, person_name=user.name,
        cost_code="BE0001", price_tenths=35, sender="BENCH", sender_kind="alpha",
        wording="The optics practical has moved", body="The optics practical has moved",
        lane=Lane.BULK, state=BatchState.FINISHED, send_at=at, valid_until=at,
        person_count=people, part_count=people, reserved_on=at.date(), accepted_at=at,
        expanded_at=at, released_at=at, finished_at=at, changed_at=at, tallied_at=at,
        tally={State.DELIVERED: people}, charged_part_count=people,
    )  # fmt: skip


def texts_of(batch: Batch, carrier: Carrier, rows: QuerySet) -> None:
    db.insert_from_select(
        Message, rows, uid=db.Uuid7(), batch=batch.pk, department=batch.department_id,
        row_no=F("row_no"), number=F("number"), name="", is_private=False, body="", part_count=1,
        lane=Lane.BULK, state=State.DELIVERED, reason="", why="", next_at=batch.send_at,
        valid_until=batch.send_at, attempt_count=1, lease_losses=0, carrier=carrier.pk,
        maybe_sent=False, accepted_at=batch.send_at, accepted_part_count=1,
        final_at=batch.send_at,
    )  # fmt: skip


def _landing(port: int, address: str, cookie: str) -> str:
    """Where a page that makes a draft leads to: that is the page people look at."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    status, location = get(connection, address, cookie)
    return location if status in (301, 302) else address


def _measured(port: int, address: str, cookie: str) -> list[float]:
    """Milliseconds of every request that eight clients make in five seconds."""
    times: list[float] = []
    stop_at = time.monotonic() + SECONDS

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (began := time.monotonic()) < stop_at:
            status, _ = get(connection, address, cookie)
            if status != 200:
                raise RuntimeError(f"{address} answered {status}")
            times.append((time.monotonic() - began) * 1000)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def percentile(times: list[float], n: int) -> float:
    return quantiles(times, n=100)[n - 1]
