"""Whatever is sent, at whatever price and to whatever code: it sums to the tenth of a penny."""

import datetime as dt
import random

import pytest

from accounts.departments.models import CostCode
from accounts.tests.make import make_department, make_user
from billing.tests.make import make_sent, make_tariff
from billing.tests.usage.counted import counted
from billing.usage.engine import counting
from billing.usage.queries import rental_lines, rental_months, rows
from inbound.tests.make import make_keyword, make_number
from messaging.senders.models import Sender
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Message
from messaging.sending.prices import price_list
from messaging.sending.states import State
from messaging.tests.make import NOW, make_simulator
from smsportal.lib.walltime import day_of

pytestmark = pytest.mark.django_db

FIRST = dt.date(2025, 8, 1)
YEAR = {"from_on": FIRST, "to_on": dt.date(2026, 7, 31)}
GROUPS = ("department", "code", "person", "source", "price", "month", "day")


def some_moment(dice):
    seconds = dice.randrange(-5, 370) * 86_400 + dice.choice([0, 1, 82_799, 82_800, 86_399])
    return dt.datetime(2025, 8, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)


def some_year(dice):
    """Texts of two departments while prices, codes and evidence change; what was taken, by hand."""
    taken = []
    departments = [make_department(code=code) for code in ("AA1", "BB2")]
    users = [make_user(department) for department in departments for _ in range(2)]
    carriers = [make_simulator(), make_simulator(name="free", is_charging=False)]
    for n in range(dice.randrange(4)):
        make_tariff(FIRST + dt.timedelta(days=60 * n + dice.randrange(60)), part_tenths=36 + n)
    for department in departments:
        for n in range(dice.randrange(3)):
            CostCode.objects.create(
                department=department,
                code=f"NEW{n}",
                kind=dice.choice(["cost_centre", "project_task"]),
                from_on=FIRST + dt.timedelta(days=120 * n + dice.randrange(120)),
                recorded_by_name="test",
            )
    for _ in range(25):
        user, carrier, at = dice.choice(users), dice.choice(carriers), some_moment(dice)
        on = day_of(at)
        code = user.department.code_on(on)
        batch = make_sent(
            user,
            at=at if dice.random() < 0.8 else None,
            people=dice.randrange(1, 4),
            parts=dice.randrange(1, 4),
            state=State.DELIVERED,
            carrier=carrier,
            cost_code=code.code,
            cost_code_kind=code.kind,
            price_tenths=price_list().part_tenths(department_id=user.department_id, on=on),
            source=dice.choice(["portal", "email", "reply"]),
            **({} if dice.random() < 0.8 else {"person": None}),
        )
        counted(batch)
        if dice.random() < 0.3:  # later evidence, or other parts than were asked for
            later = at + dt.timedelta(days=dice.randrange(3))
            Message.objects.filter(batch=batch, row_no=0).update(
                accepted_at=later, accepted_part_count=dice.randrange(1, 4)
            )
            counted(batch)
    for text in Message.objects.select_related("batch", "carrier"):
        on = day_of(text.accepted_at) if text.accepted_at else None
        if on and text.carrier.is_charging and YEAR["from_on"] <= on <= YEAR["to_on"]:
            taken.append((text.batch, on, text.accepted_part_count))
    return taken


@pytest.mark.parametrize("seed", range(6))
def test_any_year_of_texts_sums_to_the_tenth_however_it_is_grouped(seed):
    dice = random.Random(seed)
    taken = some_year(dice)
    cost = sum(batch.price_tenths * parts for batch, _, parts in taken)
    parts = sum(parts for _, _, parts in taken)

    for _ in range(12):
        by = dice.sample(GROUPS, dice.randrange(len(GROUPS) + 1))
        found = rows(**YEAR, by=by)
        sums = [
            sum(getattr(row, name) for row in found)
            for name in ("text_count", "part_count", "cost_tenths")
        ]
        assert sums == [len(taken), parts, cost], by

    cut = FIRST + dt.timedelta(days=dice.randrange(1, 364))
    halves = rows(from_on=FIRST, to_on=cut - counting.DAY) + rows(from_on=cut, to_on=YEAR["to_on"])
    assert sum(row.cost_tenths for row in halves) == cost
    by_code = {}
    for batch, _, n in taken:
        key = (batch.department_id, batch.cost_code_kind, batch.cost_code)
        by_code[key] = by_code.get(key, 0) + n * batch.price_tenths
    assert {
        (row.department_id, row.code_kind, row.code): row.cost_tenths
        for row in rows(**YEAR, by=["department", "code"])
    } == by_code
    assert [key for key in broken(now=NOW) if key.startswith("I9")] == []

    before = rows(**YEAR, by=GROUPS)
    counting.rebuild(FIRST, YEAR["to_on"])
    assert rows(**YEAR, by=GROUPS) == before


@pytest.mark.parametrize("seed", range(6))
def test_any_year_of_rents_costs_a_month_for_each_calendar_month_touched(seed):
    dice = random.Random(seed)
    department = make_department(code="AA1")
    make_tariff(FIRST + dt.timedelta(days=dice.randrange(1, 360)), keyword_tenths=6_100)
    months = {}
    for n in range(6):
        began, ended = sorted(some_moment(dice) for _ in range(2))
        if dice.random() < 0.5:
            make_keyword(f"WORD{n}", department, created_at=began, released_at=ended)
            key = ("keyword", f"WORD{n}")
        else:
            sender = make_number(make_user(department), f"+44770090095{n}")
            Sender.objects.filter(pk=sender.pk).update(created_at=began, released_at=ended)
            key = ("number", f"+44770090095{n}")
        day = day_of(began)
        while day <= day_of(ended):  # day by day, so that nothing of the product is believed
            months.setdefault((*key, day.replace(day=1)), day)
            day += counting.DAY
    in_year = {key for key, day in months.items() if YEAR["from_on"] <= day <= YEAR["to_on"]}

    found = rental_months(**YEAR)

    assert {(line.kind, line.label, line.months[0]) for line in found} == in_year
    assert len(found) == len(in_year)
    total = sum(line.cost_tenths for line in found)
    assert sum(line.cost_tenths for line in rental_lines(**YEAR)) == total
