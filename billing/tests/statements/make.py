"""Departments with a year behind them, for tests."""

import datetime as dt
from typing import Any

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from accounts.tests.make import make_department, make_finance, make_user
from billing.statements import services
from billing.statements.models import YearEnd
from billing.statements.queries import counted
from billing.statements.queries.years import Year, year_that_begins
from billing.statements.settling import Account, fingerprint, total
from billing.tariffs.money import pounds
from billing.tariffs.queries import year_of
from billing.tests.make import make_sent
from billing.tests.usage.counted import counted as count
from inbound.keywords.models import Keyword
from inbound.keywords.reading import skeleton
from messaging.senders.models import Sender
from messaging.sending.models import Batch
from smsportal.lib.walltime import start_of

YEAR = year_of(dt.date(2025, 8, 1))
BEFORE = dt.date(2019, 9, 1)
AUTUMN = dt.date(2025, 10, 15)
CHECKED = dt.datetime(2026, 8, 14, 9, 4, tzinfo=dt.UTC)  # 10:04am, 14 August 2026
TODAY = CHECKED.date()


def make_customer(
    name: str = "Careers Service", code: str = "CR0340", since: dt.date = BEFORE, **fields: Any
) -> Person:
    """The user of a department that has the service since that day."""
    department = make_department(name, code, created_at=start_of(since), **fields)
    return make_user(department)


def change_code(department: Department, code: str, from_on: dt.date) -> None:
    CostCode.objects.create(
        department=department,
        code=code,
        kind=CodeKind.COST_CENTRE,
        from_on=from_on,
        recorded_by_name="test",
    )


def send(user: Person, parts: int, *, on: dt.date = AUTUMN, price: int = 35) -> Batch:
    """A text to one person, of so many parts, taken on that day at noon and counted."""
    code = user.department.code_on(on)
    batch = make_sent(
        user,
        at=start_of(on) + dt.timedelta(hours=12),
        parts=parts,
        price_tenths=price,
        cost_code=code.code if code else "",
    )
    count(batch)
    return batch


def rent_keyword(
    department: Department, word: str, since: dt.date = BEFORE, until: dt.date | None = None
) -> Keyword:
    return Keyword.objects.create(
        department=department,
        word=word,
        skeleton=skeleton(word),
        created_at=start_of(since),
        released_at=start_of(until) if until else None,
    )


def rent_number(
    user: Person, end: int, since: dt.date = BEFORE, until: dt.date | None = None
) -> Sender:
    return Sender.objects.create(
        department=user.department,
        person=user,
        number=f"+447700900{end}",
        created_at=start_of(since),
        released_at=start_of(until) if until else None,
    )


def prepays(department: Department, pence: int, begins: int = 2025) -> None:
    year = year_that_begins(begins, TODAY)
    assert year
    services.set_prepaid(
        department=department,
        year=year,
        pence=pence,
        reason="As agreed",
        by=make_finance(),
        now=CHECKED,
    )


def account_of(department: Department, today: dt.date = TODAY) -> Account:
    found = {each.department_id: each for each in counted.accounts(YEAR, today)}
    return found[department.pk]


def the_year(begins: int = 2025, today: dt.date = TODAY) -> Year:
    year = year_that_begins(begins, today)
    assert year
    return year


def lock(begins: int = 2025, *, by: Person | None = None, now: dt.datetime = CHECKED) -> YearEnd:
    """As finance does who looks, and signs with the total."""
    year = the_year(begins, now.date())
    accounts = counted.accounts(year.year, now.date())
    return services.lock(
        year=year,
        seen=fingerprint(accounts),
        typed_total=pounds(total(accounts).charge_pence),
        by=by or make_finance(),
        now=now,
    )


def lock_all_before(begins: int = 2025, today: dt.date = TODAY) -> None:
    first = min(begins, year_of(BEFORE).first_on.year)
    for each in range(first, begins):
        if year_that_begins(each, today):
            lock(each)
