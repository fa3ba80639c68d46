"""What an import of 100,000 rows takes, beside the least that the same database could do it in.

The limit is the bare move: the rows put into a table without a wizard, and from there into the
contacts by one INSERT .. SELECT. While the import runs, somebody else writes now and then, as a
page does that notes a visit, and turns over pages of the real server; how long these waited is
part of the figure.
"""

import datetime as dt
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle

from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from messaging.contacts.models import Contact
from messaging.imports import services
from messaging.imports.models import Import, ImportRow
from messaging.imports.states import State
from smsportal.bench.portal import get, server, signed_in
from smsportal.bench.pure import FIRST_NUMBER
from smsportal.celery import app
from smsportal.lib.db import Uuid7, insert_from_select, insert_rows

ROWS = 100_000
GOAL_SECONDS = 30
GROUPS = 20
# Among them the contact book that is being filled.
PAGES = ("contacts:list", "contacts:groups", "history:list", "people:users", "wording:list")
_BARE = (
    "batch", "row_no", "state", "number", "typed", "first_name", "last_name", "why", "suggestion",
    "before_first_name", "before_last_name", "is_new", "is_changed",
)  # fmt: skip


@dataclass(frozen=True)
class ImportFigure:
    """Seconds for the whole of it, from the uploaded bytes to contacts that can be texted."""

    name: str
    rows: int
    parts: dict[str, float]
    meanwhile: "Meanwhile"
    limit: float | None = None

    def __str__(self) -> str:
        parts = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in self.parts.items())
        limit = f"; bare rows into contacts {self.limit:.1f} s" if self.limit else ""
        return (
            f"{self.name}, {self.rows:,} rows: {sum(self.parts.values()):.1f} s, goal "
            f"{GOAL_SECONDS} ({parts}; {self.meanwhile}{limit})"
        )


@dataclass
class Meanwhile:
    """Seconds that others waited: for a small write, and for a page."""

    writes: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        write, page = (max(waits, default=0) * 1000 for waits in (self.writes, self.pages))
        return (
            f"another's write took up to {write:,.0f} ms, the slowest of {len(self.pages)} "
            f"pages {page:,.0f} ms"
        )


def figures(rows: int = ROWS) -> Iterator[ImportFigure]:
    """The first import, the same file again, the same numbers with other names, and undo."""
    app.loader.import_default_modules()
    with override_settings(CELERY_TASK_ALWAYS_EAGER=True):
        limit = _limit(_admin("Limit"), rows)
        admin = _admin("Bench")
        with server() as port:
            yield _import("import", admin, _file(rows, "Ann"), rows, port, limit)
            yield _import("same file again", admin, _file(rows, "Ann"), rows, port)
            yield _import("all renamed", admin, _file(rows, "Bea"), rows, port)
            yield _undo(admin, rows, port)


def _import(
    name: str, admin: Person, content: bytes, rows: int, port: int, limit: float | None = None
) -> ImportFigure:
    now = timezone.now()
    parts: dict[str, float] = {}
    with _others(admin, port) as meanwhile:
        start = time.perf_counter()
        batch = services.start(source=content, name="bench.csv", by=admin, now=now)
        targets = [column["target"] for column in batch.columns]
        services.match_columns(batch=batch, targets=targets, has_headings=True, by=admin, now=now)
        parts["upload"] = time.perf_counter() - start
        on = list(range(GROUPS + 1))
        choose = dict(batch=batch, on=on, everyone="", by=admin, now=now)
        parts["check"] = _seconds(lambda: services.choose_groups(**choose))
        press = dict(batch=batch, policy="overwrite", by=admin, now=now)
        parts["import"] = _seconds(lambda: services.apply(**press))
    _expect(batch, State.APPLIED)
    return ImportFigure(name, rows, parts, meanwhile, limit)


def _undo(admin: Person, rows: int, port: int) -> ImportFigure:
    batch = Import.objects.latest("pk")
    with _others(admin, port) as meanwhile:
        now = timezone.now()
        parts = {"undo": _seconds(lambda: services.undo(batch=batch, by=admin, now=now))}
    _expect(batch, State.UNDONE)
    return ImportFigure("undo of that", rows, parts, meanwhile)


def _expect(batch: Import, state: State) -> None:
    batch.refresh_from_db()
    if batch.state != state:
        raise RuntimeError(f"The import is {batch.state}, not {state}: {batch.problem}")


def _limit(admin: Person, rows: int) -> float:
    """Seconds for the rows alone: into a table, and by one statement into the contacts."""
    batch = Import.objects.create(
        department_id=admin.department_id, person=admin, row_count=rows, columns=[],
        file_name="", stored_name="",
    )  # fmt: skip
    bare = (
        (batch.pk, n, "ok", f"+44{FIRST_NUMBER + n}", "", "Ann", f"L{n}", *[""] * 4, False, False)
        for n in range(rows)
    )
    now = timezone.now()

    def move() -> None:
        for _ in insert_rows(ImportRow, _BARE, bare):
            pass
        with transaction.atomic():
            insert_from_select(
                Contact, ImportRow.objects.filter(batch=batch), uid=Uuid7(),
                department=admin.department_id, number=F("number"), first_name=F("first_name"),
                last_name=F("last_name"), created_at=now, updated_at=now,
            )  # fmt: skip

    return _seconds(move)


def _file(rows: int, first_name: str) -> bytes:
    """Half of the numbers without their 0, as spreadsheets leave them; one group, maybe a tick."""
    lines = ["Mobile,FirstName,LastName,Groups,Fire wardens"]
    for n in range(rows):
        zero = "0" if n % 2 else ""
        tick = "x" if n % 3 == 0 else ""
        lines.append(f"{zero}{FIRST_NUMBER + n},{first_name},L{n},Group {n % GROUPS},{tick}")
    return "\n".join(lines).encode()


def _admin(name: str) -> Person:
    department = Department.objects.create(name=name, alpha_tag="BENCH")
    CostCode.objects.create(
        department=department, code="BE0001", kind=CodeKind.COST_CENTRE,
        from_on=dt.date(2020, 8, 1), recorded_by_name="bench",
    )  # fmt: skip
    return Person.objects.create(
        username=f"{name.lower()}admin", name=name, role="admin", department=department
    )


@contextmanager
def _others(admin: Person, port: int) -> Iterator[Meanwhile]:
    """What others do at the same time: each write and each page 50 ms after the one before."""
    found, stop = Meanwhile(), threading.Event()
    cookie = signed_in(admin)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def write() -> None:
        mine = Department.objects.get(name="Limit").pk
        while not stop.wait(0.05):
            found.writes.append(_seconds(Department.objects.filter(pk=mine).update, name="Limit"))
        connection.close()

    def read() -> None:
        for address in cycle(reverse(name) for name in PAGES):
            if stop.wait(0.05):
                return
            found.pages.append(_seconds(get, line, address, cookie))

    threads = [threading.Thread(target=work) for work in (write, read)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _seconds(work: Callable[..., object], *given: object, **named: object) -> float:
    start = time.perf_counter()
    work(*given, **named)
    return time.perf_counter() - start
