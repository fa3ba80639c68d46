"""A year of two departments, for tests of reports. Days in London."""

import datetime as dt
from dataclasses import dataclass

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from accounts.tests.make import make_department, make_user
from billing.reports.period import Period
from billing.tariffs.queries import year_of
from billing.tests.make import make_sent, make_tariff
from billing.tests.usage.counted import counted
from inbound.tests.make import make_keyword, make_number
from smsportal.lib.walltime import start_of

YEAR = year_of(dt.date(2025, 8, 1))
TODAY = dt.date(2026, 5, 12)
DEAREST = dt.date(2026, 2, 1)  # from then on 3.8p


@dataclass
class Used:
    physics: Department
    music: Department
    ada: Person  # of physics
    ben: Person
    eve: Person  # of music


def at(month: int, day: int = 10) -> dt.datetime:
    year = 2025 if month >= 8 else 2026
    return start_of(dt.date(year, month, day)) + dt.timedelta(hours=10)


def make_used() -> Used:
    """Odd numbers of parts, so that half pennies are everywhere."""
    make_tariff(DEAREST, part_tenths=38)
    physics, music = make_department("Physics"), make_department("Music")
    for department, code in ((physics, "PH0123"), (music, "MU0456")):
        Department.objects.filter(pk=department.pk).update(created_at=at(8, 1))
        department.codes.all().delete()
        _code(department, code, CodeKind.COST_CENTRE, dt.date(2025, 8, 1))
    _code(physics, "PT-20931-4", CodeKind.PROJECT_TASK, dt.date(2026, 1, 1))
    ada, ben = make_user(physics, name="Ada Byron"), make_user(physics, name="Ben Nevis")
    eve = make_user(music, name="Eve Adams")
    project = {"cost_code": "PT-20931-4", "cost_code_kind": CodeKind.PROJECT_TASK}
    batches = [
        make_sent(ada, at=at(8), people=3),
        make_sent(ben, at=at(8), people=1, parts=3, source="email"),
        make_sent(ada, at=at(10), people=5),
        make_sent(ben, at=at(1), people=7, **project),
        make_sent(ada, at=at(3), people=9, price_tenths=38, source="email", **project),
        make_sent(eve, at=at(11), people=1, cost_code="MU0456"),
    ]
    counted(*batches)
    word = make_keyword("OPENDAY", physics)
    type(word).objects.filter(pk=word.pk).update(created_at=at(12))
    rented = make_number(ada, "+447700900950")
    type(rented).objects.filter(pk=rented.pk).update(created_at=at(4))
    return Used(physics, music, ada, ben, eve)


def _code(department: Department, code: str, kind: str, from_on: dt.date) -> None:
    CostCode.objects.create(
        department=department, code=code, kind=kind, from_on=from_on, recorded_by_name="test"
    )


def the_year() -> Period:
    """As finance sees it on TODAY."""
    return Period(YEAR, YEAR.first_on, TODAY)
