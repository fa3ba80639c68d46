"""What counting a year again costs, and reports over it, beside one bare sum over its texts."""

import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Sum
from django.utils import timezone

from accounts.people.models import Person
from billing.reports.access import Reach
from billing.reports.period import Period
from billing.reports.queries import Asked, report
from billing.reports.tables import BY
from billing.tariffs.queries import year_of
from billing.usage.engine import counting
from billing.usage.models import SentUsage
from billing.usage.queries import charged
from billing.usage.queries.forecasts import forecasts
from messaging.carriers.models import Carrier
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Batch, Message
from smsportal.bench import pages
from smsportal.lib import db
from smsportal.lib.walltime import start_of

DEPARTMENTS = 200
USERS = 20  # of each department
A_BATCH = 100  # texts in each message
TIMES = 20
GOAL_SECONDS = 300  # for a year of ten million
GOAL_MS = 300


@dataclass(frozen=True)
class Rebuilt:
    texts: int
    facts: int
    seconds: float
    bare_seconds: float

    def __str__(self) -> str:
        return (
            f"a year of {self.texts:,} texts counted again: {self.seconds:.1f} s, "
            f"{self.texts / self.seconds:,.0f} texts a second, into {self.facts:,} facts "
            f"(goal for 10,000,000: {GOAL_SECONDS} s; one bare sum over them "
            f"{self.bare_seconds:.1f} s)"
        )


@dataclass(frozen=True)
class Report:
    name: str
    p50_ms: float
    p95_ms: float

    def __str__(self) -> str:
        times = f"p95 {self.p95_ms:.0f} ms, median {self.p50_ms:.0f} ms"
        return f"{self.name}: {times} (goal {GOAL_MS} ms)"


def figures(texts: int) -> Iterator[Rebuilt | Report]:
    """texts: in one financial year, of 4,000 users in 200 departments, 100 in each message."""
    year = year_of(timezone.localdate()).previous
    users = _users()
    _fill(users, texts, year.first_on)
    db.analyse(Message)
    bare = _seconds(lambda: charged().aggregate(parts=Sum("accepted_part_count")))
    seconds = _seconds(lambda: counting.rebuild(year.first_on, year.last_on))
    db.analyse(SentUsage)
    yield Rebuilt(texts, SentUsage.objects.count(), seconds, bare)
    if any(key.startswith("I9") for key in broken(now=timezone.now())):
        raise RuntimeError("what was counted is not what was taken")
    gc.freeze()  # as web processes do when they have loaded everything
    period = Period(year, year.first_on, year.last_on)
    for by in BY:
        yield _report(f"the year by {by}", partial(report, Asked(period, by), Reach()))
    mine = Reach(users[0].department_id)
    for by in ("user", "month"):
        asked = Asked(period, by)
        yield _report(f"one department's year by {by}", partial(report, asked, mine))
    yield _report("the forecast of every department", partial(forecasts, on=year.last_on))


def _users() -> list[Person]:
    """Those of a department are not next to each other."""
    first = [pages.user_of(n) for n in range(DEPARTMENTS)]
    rest = [
        Person(username=f"more{n:05d}", role="user", name="More", department=of.department)
        for n, of in enumerate(first * (USERS - 1))
    ]
    return [*first, *Person.objects.bulk_create(rest)]


def _fill(users: list[Person], texts: int, first_on: dt.date) -> None:
    basket = pages.people_to_text(users[0])
    carrier = Carrier.objects.create(name="bench", kind="simulator", is_sandbox=True)
    count = max(texts // A_BATCH, 1)
    begins, apart = start_of(first_on), dt.timedelta(days=364) / count
    batches = [
        pages.batch_of(users[n % len(users)], begins + n * apart, A_BATCH) for n in range(count)
    ]
    for n, batch in enumerate(Batch.objects.bulk_create(batches, batch_size=500)):
        first = n * A_BATCH % pages.PEOPLE
        theirs = basket.rows.filter(row_no__gte=first, row_no__lt=first + A_BATCH)
        pages.texts_of(batch, carrier, theirs)


def _report(name: str, ask: Callable[[], object]) -> Report:
    times = [_seconds(ask) * 1000 for _ in range(TIMES)]
    return Report(name, pages.percentile(times, 50), pages.percentile(times, 95))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
