"""The worker's side: whose turn it is, the file, and the end of it."""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import F, Q

from billing.delivery.models import DeliveryReport, Kind, ReportState
from billing.delivery.queries import Sheet, text_count
from smsportal.lib import db, exports

LEASE = dt.timedelta(minutes=11)  # longer than any task may run, see CELERY_TASK_TIME_LIMIT
ATTEMPTS = 3
MOST_XLSX_ROWS = 1_048_575  # and the headings


@dataclass(frozen=True)
class Made:
    """A file is there, or `problem` says why not."""

    stored_name: str = ""
    row_count: int = 0
    counts: dict[str, int] | None = None
    problem: str = ""


def path_of(stored_name: str) -> Path:
    return Path(settings.REPORT_DIR) / stored_name


def claim() -> DeliveryReport | None:
    """One that waits, ours until its lease is over. A worker that died leaves it to the next."""
    now = db.database_now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waiting = DeliveryReport.objects.filter(free, state=ReportState.WAITING).order_by("pk")
    taken = db.claim(waiting, 1, lease_until=now + LEASE, attempt_count=F("attempt_count") + 1)
    if not taken:
        return None
    return DeliveryReport.objects.select_related("order__person__department").get(pk=taken[0])


def make(report: DeliveryReport, now: dt.datetime) -> Made:
    """Write the file, a shelf of texts at a time."""
    if report.attempt_count > ATTEMPTS:
        return Made(problem="Something went wrong on our side. Ask for it again.")
    order = report.order
    if order.kind == Kind.XLSX and (problem := _too_long(report)):
        return Made(problem=problem)
    sheet = Sheet(order, report.period, now)
    name = f"{report.uid}.{order.kind}"
    path, half = path_of(name), path_of(f"{name}.half")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with half.open("wb") as file:
        if order.kind == Kind.XLSX:
            with exports.xlsx_file(sheet.header, sheet.rows()) as book:
                shutil.copyfileobj(book, file)
        else:
            file.writelines(exports.csv_chunks(sheet.header, sheet.rows()))
    os.replace(half, path)
    counts = dict(sheet.counts)
    return Made(name, counts.pop("rows", 0), counts)


def _too_long(report: DeliveryReport) -> str:
    count = text_count(report.order.person, report.period)
    if report.order.what == "messages" or count <= MOST_XLSX_ROWS:
        return ""
    return f"It has {count:,} texts, and an Excel sheet takes {MOST_XLSX_ROWS:,} rows. Ask for CSV."


def forget(now: dt.datetime) -> int:
    """Files whose time is over, and what a worker that died left half written."""
    over = DeliveryReport.objects.filter(state=ReportState.READY, expires_at__lte=now)
    count = 0
    for report in over:
        path_of(report.stored_name).unlink(missing_ok=True)
        still = DeliveryReport.objects.filter(pk=report.pk, state=ReportState.READY)
        count += still.update(state=ReportState.EXPIRED, stored_name="")
    for path in _stray(now):
        path.unlink(missing_ok=True)
    return count


def _stray(now: dt.datetime) -> Iterator[Path]:
    """Files that no row names, a while after they were written."""
    folder = Path(settings.REPORT_DIR)
    if not folder.is_dir():
        return
    old = (now - 2 * LEASE).timestamp()
    paths = [path for path in folder.iterdir() if path.stat().st_mtime < old]
    named = set(
        DeliveryReport.objects.exclude(stored_name="").values_list("stored_name", flat=True)
    )
    yield from (path for path in paths if path.name not in named)
