"""Whatever happens in a year, it sums to the penny."""

import contextlib
import datetime as dt
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.departments.models import Department
from accounts.tests.make import make_finance
from billing.statements.models import Statement, StatementLine
from billing.statements.queries import counted, stored, tables
from billing.statements.settling import by_code, fingerprint, total
from billing.tariffs.models import Tariff
from billing.tests.make import make_tariff
from billing.tests.statements.make import (
    TODAY,
    YEAR,
    change_code,
    lock,
    make_customer,
    send,
)
from billing.usage.engine import counting
from billing.usage.queries.cancelled import cancelled_ids
from messaging.sending.models import Message
from smsportal.lib.walltime import day_of, start_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SINCE = dt.date(2025, 8, 1)
days = st.integers(0, 364).map(lambda n: YEAR.first_on + dt.timedelta(days=n))
who = st.integers(0, 2)
texts = st.tuples(st.just("text"), who, days, st.integers(1, 999))
prices = st.tuples(st.just("price"), days, st.integers(1, 99), st.integers(0, 20_000))
codes = st.tuples(st.just("code"), who, days, st.sampled_from(["AA1", "BB2", "CC3"]))
ends = st.tuples(st.just("cancel"), who)
years = st.lists(st.one_of(texts, texts, prices, codes, ends), max_size=12)


class TakenBack(Exception):
    pass


@pytest.fixture
def rolled_back():
    """Each example begins with an empty database."""

    @contextmanager
    def together():
        with contextlib.suppress(TakenBack), transaction.atomic():
            yield
            raise TakenBack

    return together


def live(what) -> None:
    """Three departments, two of them on one code, to whom all this happens."""
    users = [
        make_customer(f"Department {n}", code, since=SINCE)
        for n, code in enumerate(("AA1", "AA1", "BB2"))
    ]
    for kind, *rest in sorted(what, key=lambda each: each[0] != "price"):
        if kind == "price" and not Tariff.objects.filter(from_on=rest[0]).exists():
            make_tariff(rest[0], part_tenths=rest[1], minimum_tenths=rest[2])
    for kind, *rest in sorted(what, key=lambda each: each[0] != "code"):
        department = users[rest[0]].department if isinstance(rest[0], int) else None
        if kind == "code" and not department.codes.filter(from_on=rest[1]).exists():
            change_code(department, rest[2], rest[1])
        if kind == "text":
            price = price_on(rest[1])
            send(users[rest[0]], rest[2], on=rest[1], price=price)
        if kind == "cancel":
            at = start_of(YEAR.next.first_on)
            Department.objects.filter(pk=department.pk).update(closed_at=at)


def price_on(day: dt.date) -> int:
    priced = Tariff.objects.filter(from_on__lte=day, part_tenths__isnull=False)
    return priced.latest("from_on").part_tenths


def recount() -> dict[int, int]:
    """By department, in pence: from the messages themselves, each line rounded once."""
    parts: Counter = Counter()
    taken = Message.objects.filter(accepted_at__isnull=False).select_related("batch")
    for text in taken:
        if day_of(text.accepted_at) in YEAR:
            batch = text.batch
            parts[batch.department_id, batch.cost_code, batch.price_tenths] += (
                text.accepted_part_count
            )
    sums: Counter = Counter()
    for (department_id, _, price), count in parts.items():
        sums[department_id] += int((count * price + 5) // 10)
    return {department_id: pence for department_id, pence in sums.items() if pence}


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(what=years)
def test_lines_totals_and_messages_agree_to_the_penny(what, rolled_back):
    with rolled_back():
        live(what)

        accounts = counted.accounts(YEAR, TODAY)

        used = {each.department_id: each.texts_pence for each in accounts if each.texts_pence}
        assert used == recount()
        sums, grouped = total(accounts), by_code(accounts)
        lines = [line.pence for account in accounts for line in account.lines]
        assert sums.actual_pence == sum(lines) == sum(each.actual_pence for each in grouped)
        assert sums.charge_pence == sum(each.charge_pence for each in grouped)
        assert sums.next_pence == sum(each.next_pence for each in grouped)
        assert sums.over_pence == sums.actual_pence - sums.prepaid_pence
        names = {account.department_id: "Somebody" for account in accounts}
        *rows, last = tables.lines(accounts, names)
        assert sum(row[-1] for row in rows) == last[-1]
        *rows, last = tables.departments(accounts, names)
        assert [sum(row[n] for row in rows) for n in range(4, 13)] == last[4:]
        gone = cancelled_ids(YEAR.next)
        assert all(not each.next_pence for each in accounts if each.department_id in gone)
        assert all(each.next_pence for each in accounts if each.actual_pence and
                   each.department_id not in gone)  # fmt: skip

        year_end = lock(by=make_finance())
        counting.rebuild(YEAR.first_on, YEAR.last_on)
        again = counted.accounts(YEAR, dt.date(2026, 11, 28))

        assert stored.accounts(year_end) == accounts
        assert fingerprint(again) == year_end.fingerprint
        assert sum(StatementLine.objects.values_list("pence", flat=True)) == sums.actual_pence
        assert sum(Statement.objects.values_list("charge_pence", flat=True)) == sums.charge_pence
