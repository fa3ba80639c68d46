"""The running report of finance, the statement and the year end say the same, to the penny."""

import datetime as dt

import pytest

from accounts.departments.models import Department
from accounts.renewals.models import Renewal
from billing.reports.access import Reach
from billing.reports.period import Period
from billing.reports.queries import Asked, report
from billing.reports.queries.statements import statement_of
from billing.statements.queries import counted, papers, stored
from billing.statements.settling import Account, by_code, total
from billing.tests.make import make_tariff
from billing.tests.statements.make import (
    AUTUMN,
    TODAY,
    YEAR,
    change_code,
    lock,
    lock_all_before,
    make_customer,
    rent_keyword,
    rent_number,
    send,
    the_year,
)
from smsportal.lib.walltime import start_of

pytestmark = pytest.mark.django_db

WHOLE = Period(YEAR, YEAR.first_on, YEAR.last_on)
SPRING = dt.date(2026, 4, 20)


@pytest.fixture
def university():
    """Whoever can be charged in an unlike way."""
    make_tariff(dt.date(2026, 1, 1), part_tenths=38, minimum_tenths=12_000)
    busy = make_customer("Careers Service", "CR0340")
    rent_keyword(busy.department, "JOBS", until=dt.date(2025, 12, 5))
    rent_keyword(busy.department, "JOBS", since=dt.date(2026, 2, 3))
    for end in (950, 951, 952):
        rent_number(busy, end)
    send(busy, 12_481)
    send(busy, 333, on=SPRING, price=38)
    quiet = make_customer("Sports Centre", "SP0610")
    send(quiet, 7)
    moved = make_customer("Department of Physics", "PH0042")
    change_code(moved.department, "PH0077", dt.date(2026, 2, 1))
    send(moved, 11)
    send(moved, 13, on=SPRING, price=38)
    make_customer("Sleep and Memory Trial", "PT0931", since=dt.date(2026, 3, 2))
    left = make_customer("Estates", "ES0001")
    close(left.department, dt.date(2026, 5, 4))
    gone = make_customer("Old Press", "OP0001")
    close(gone.department, dt.date(2025, 7, 30))


def close(department: Department, on: dt.date) -> None:
    Department.objects.filter(pk=department.pk).update(closed_at=start_of(on))


def reported(period: Period = WHOLE) -> dict[str, int]:
    """What each row of the report by department comes to, in pence."""
    rows = report(Asked(period, "department"), Reach()).rows
    return {row.names[0]: row.figures.total_pence for row in rows if row.figures.total_pence}


def settled() -> dict[str, int]:
    names = dict(Department.objects.values_list("pk", "name"))
    found = counted.accounts(YEAR, TODAY)
    return {names[each.department_id]: each.actual_pence for each in found}


def on_statements() -> dict[str, int]:
    found = {}
    for department in Department.objects.all():
        paper = papers.paper(department, the_year())
        if paper:
            found[department.name] = paper.account.actual_pence
    return found


def reported_by_code(period: Period = WHOLE) -> dict[str, int]:
    rows = report(Asked(period, "code"), Reach()).rows
    return {row.names[1]: row.figures.total_pence for row in rows if row.figures.total_pence}


def settled_by_code(accounts: list[Account]) -> dict[str, int]:
    return {each.code: each.actual_pence for each in by_code(accounts) if each.actual_pence}


def test_a_draft_says_what_the_report_says(university):
    assert reported() == settled() == on_statements()
    assert reported()["Sports Centre"] == 10_00
    assert reported()["Sleep and Memory Trial"] == 12_00
    assert "Old Press" not in reported()


def test_the_total_to_charge_is_one(university):
    whole = report(Asked(WHOLE, "code"), Reach()).total.total_pence

    assert whole == total(counted.accounts(YEAR, TODAY)).actual_pence


def test_a_locked_year_says_what_the_report_says(university):
    lock_all_before()
    year_end = lock()

    assert reported() == on_statements()
    assert reported_by_code() == settled_by_code(stored.accounts(year_end))


def test_the_minimum_goes_to_one_code(university):
    by_code = reported_by_code()

    assert by_code == settled_by_code(counted.accounts(YEAR, TODAY))
    assert (by_code["PH0042"], by_code["PH0077"]) == (39, 9_61)


@pytest.mark.parametrize(
    "today",
    [dt.date(2025, 8, 1), dt.date(2026, 1, 31), dt.date(2026, 3, 2), dt.date(2026, 5, 4)],
)
def test_a_year_that_runs_says_what_the_report_says(university, today):
    so_far = Period(YEAR, YEAR.first_on, today)
    accounts = counted.accounts(YEAR, today)
    names = dict(Department.objects.values_list("pk", "name"))

    assert reported(so_far) == {names[each.department_id]: each.actual_pence for each in accounts}
    assert reported_by_code(so_far) == settled_by_code(accounts)


def test_whoever_has_cancelled_owes_no_minimum_anywhere(university):
    sports = Department.objects.get(name="Sports Centre")
    Renewal.objects.create(
        department=sports,
        year_begins_on=YEAR.first_on,
        answer="cancelled",
        answered_at=start_of(dt.date(2025, 6, 20)),
        answered_by_name="Owen Ellis (admin)",
    )

    assert reported()["Sports Centre"] == settled()["Sports Centre"] == 25


def test_the_statement_of_a_period_says_it_too(university):
    for department in Department.objects.exclude(name="Old Press"):
        sheet = statement_of(department, WHOLE, made_on=TODAY)
        assert sheet.total_pence == reported()[department.name]


def test_texts_at_half_a_penny_are_rounded_once_on_the_same_line(university):
    """12,481 parts at 3.5p are £436.835."""
    assert send(make_customer("Library", "LB0001"), 12_481, on=AUTUMN)

    assert reported()["Library"] == settled()["Library"] == 436_84
