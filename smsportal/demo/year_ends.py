"""The demo's financial years: one that is locked, one that waits for finance, one that runs."""

import datetime as dt

from accounts.departments.models import CostCode, Department
from accounts.people.models import Person
from billing.statements import services
from billing.statements.queries import counted
from billing.statements.queries.years import Year, years
from billing.statements.settling import fingerprint, total
from billing.tariffs.money import pounds
from billing.tariffs.queries import year_of
from messaging.sending.models import Batch
from smsportal.lib.walltime import day_of, start_of

NEW_CODE, OLD_CODE = "PH0077", "PH0042"  # of Physics, which changed it last year
# How much of what it came to use last year each had prepaid, in per cent. The others came later.
FORESEEN = {
    "Careers Service": 130,
    "Department of Physics": 86,
    "Examinations and Assessments": 88,
    "IT Services": 104,
    "Medical Trials Unit": 96,
    "Sleep and Memory Trial": 100,
    "Student Welfare and Support": 108,
    "University Library": 102,
}
A_FIVER = 5_00


def first_day(now: dt.datetime) -> dt.date:
    """When the university began with the service."""
    return year_of(day_of(now)).previous.previous.first_on


def change_a_code(now: dt.datetime) -> None:
    """Physics got another one on 1 January of last year."""
    physics = Department.objects.get(codes__code=NEW_CODE)
    last = year_of(day_of(now)).previous
    changed_on = next(month for month in last.months if month.month == 1)
    CostCode.objects.filter(department=physics).update(from_on=changed_on)
    CostCode.objects.create(
        department=physics,
        code=OLD_CODE,
        kind="cost_centre",
        from_on=first_day(now),
        recorded_by_name="Tomasz Zielinski (operator)",
    )
    before = Batch.objects.filter(department=physics, accepted_at__lt=start_of(changed_on))
    before.update(cost_code=OLD_CODE)


def end_years(now: dt.datetime) -> None:
    """Lock the first year as finance did it, and leave the last one for who visits."""
    began_at = start_of(first_day(now)) + dt.timedelta(hours=9)
    Department.objects.filter(name__in=FORESEEN).update(created_at=began_at)
    finance = Person.objects.get(username="finance")
    last, first = years(day_of(now))[1:3]
    _agree(last, finance)
    _lock(first, finance, start_of(first.late_until_on) + dt.timedelta(days=6, hours=10))


def _agree(year: Year, finance: Person) -> None:
    departments = Department.objects.in_bulk()
    for account in counted.accounts(year.year, year.today):
        department = departments[account.department_id]
        if percent := FORESEEN.get(department.name):
            foreseen = account.actual_pence * percent // 100 // A_FIVER * A_FIVER
            services.set_prepaid(
                department=department,
                year=year,
                pence=max(foreseen, 10_00),
                reason="Agreed in the summer, from what they planned",
                by=finance,
                now=year.year.starts_at - dt.timedelta(days=20),
            )


def _lock(year: Year, finance: Person, now: dt.datetime) -> None:
    accounts = counted.accounts(year.year, day_of(now))
    services.lock(
        year=year,
        seen=fingerprint(accounts),
        typed_total=pounds(total(accounts).charge_pence),
        by=finance,
        now=now,
    )
