"""How long the file of a delivery report takes, and how much memory whoever makes it."""

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.people.models import Person
from billing.delivery import services
from billing.delivery.engine import path_of
from billing.delivery.models import DeliveryReport, Kind, What
from billing.delivery.periods import Often, Period
from billing.delivery.services.checking import Wanted
from messaging.carriers.models import Carrier
from messaging.sending.models import Batch, Message
from smsportal.bench import pages
from smsportal.lib import db

MAKE = """
from pathlib import Path
from django.utils import timezone
from billing.delivery import services
from smsportal.bench.memory import peak_mb
services.make_waiting(now=timezone.now())
print(peak_mb(Path("/proc/self")))
"""


@dataclass(frozen=True)
class Made:
    kind: str
    rows: int
    seconds: float
    megabytes: float  # the most that the process held
    file_megabytes: float

    def __str__(self) -> str:
        return (
            f"a delivery report of {self.rows:,} texts with names and words, {self.kind}: "
            f"{self.seconds:.0f} s, {self.rows / self.seconds:,.0f} rows a second, by a process of "
            f"{self.megabytes:.0f} MB (goal: 300); the file has {self.file_megabytes:.0f} MB"
        )


def figures(texts: int) -> Iterator[Made]:
    """texts: of one user in one week, in messages of a thousand."""
    user = pages.user_of(0)
    last_on = timezone.localdate() - dt.timedelta(days=1)
    _fill(user, texts, timezone.now() - dt.timedelta(days=2))
    db.analyse(Message)
    for kind in Kind:
        yield _made(user, kind, Period(last_on - dt.timedelta(days=6), last_on))


def _fill(user: Person, texts: int, at: dt.datetime) -> None:
    rows = pages.people_to_text(user).rows.all()
    carrier = Carrier.objects.create(name="bench", kind="simulator", is_sandbox=True)
    count = max(texts // pages.PEOPLE, 1)
    batches = [pages.batch_of(user, at, min(texts, pages.PEOPLE)) for _ in range(count)]
    for batch in Batch.objects.bulk_create(batches):
        pages.texts_of(batch, carrier, rows.filter(row_no__lt=texts))


def _made(user: Person, kind: Kind, period: Period) -> Made:
    wanted = Wanted(
        what=What.TEXTS, has_words=True, kind=kind, often=Often.ONCE, addresses=[], period=period,
        is_confirmed=False,
    )  # fmt: skip
    order = services.ask(wanted=wanted, by=user, now=timezone.now())
    began = time.perf_counter()
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", MAKE]
    said = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    report = DeliveryReport.objects.get(order=order)
    if not report.stored_name:
        raise RuntimeError(report.problem or f"the report is {report.get_state_display()}")
    size = path_of(report.stored_name).stat().st_size
    return Made(kind.label, report.row_count, seconds, float(said.stdout), size / 1e6)
