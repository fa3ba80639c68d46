"""docs/billing-example.xlsx: five departments by hand, by the formulas, and by the portal."""

import datetime as dt
import runpy
from pathlib import Path

import pytest

from accounts.departments.models import CodeKind, CostCode, Department
from billing.reports.period import Period
from billing.reports.queries.statements import statement_of
from billing.statements.queries import counted
from billing.statements.settling import total
from billing.tests.make import make_tariff
from billing.tests.statements.make import (
    TODAY,
    YEAR,
    change_code,
    make_customer,
    prepays,
    rent_keyword,
    rent_number,
    send,
)
from billing.tests.statements.workbook import Workbook
from billing.usage.engine import counting
from inbound.tests.make import come_in, from_phone
from smsportal.lib.walltime import start_of
from smsportal.tests.house import ROOT

FILE = ROOT / "docs" / "billing-example.xlsx"
JAN, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 2)
FEB_9 = dt.date(2026, 2, 9)
COLUMNS = "BDEFGH"  # prepaid, used, actual, over, charged, next year
NAMES = 6  # the rows of Departments: the heads, then five


@pytest.fixture(scope="module")
def book():
    return Workbook(FILE)


def pence(pounds) -> int:
    return round(pounds * 100)


def test_the_script_makes_this_file(tmp_path: Path, book):
    made = tmp_path / "made.xlsx"
    runpy.run_path(str(ROOT / "docs" / "billing_example.py"))["make"](made)

    again = Workbook(made)

    assert (again.formulas, again.values) == (book.formulas, book.values)


def test_the_formulas_say_what_was_added_up_by_hand(book):
    worked_out = {key: round(book.worked_out(*key), 2) for key in book.formulas}

    assert worked_out == {key: round(book.values[key], 2) for key in book.formulas}
    assert len(worked_out) == 2 * 14 + 5 * 5 + 6


def careers() -> None:
    user = make_customer("Careers Service", "CR0340")
    prepays(user.department, 600_00)
    rent_keyword(user.department, "JOBS")
    rent_number(user, 950)
    rent_number(user, 951)
    for _ in range(4):
        send(user, 3_120)


def physics() -> None:
    user = make_customer("Department of Physics", "PH0119")
    change_code(user.department, "PH0123", JAN)
    prepays(user.department, 160_00)
    rent_keyword(user.department, "OPENDAY")
    send(user, 1_001)
    send(user, 2_003, on=MARCH, price=37)
    come_in(*(from_phone(f"OXFORD OPENDAY {n}") for n in range(7)))
    counting.count_changed()


def library() -> None:
    """It cancelled."""
    user = make_customer("University Library", "LB0210", closed_at=start_of(dt.date(2026, 8, 1)))
    prepays(user.department, 780_00)
    rent_keyword(user.department, "BOOKS")
    send(user, 10_010)
    send(user, 9_469, on=MARCH, price=37)


def sports() -> None:
    user = make_customer("Sports Centre", "SP0610")
    send(user, 190)


def sleep_trial() -> None:
    """New in February, with a Project Task code."""
    user = make_customer("Sleep Trial", "PT-20931-4", since=FEB_9)
    CostCode.objects.filter(code="PT-20931-4").update(kind=CodeKind.PROJECT_TASK)
    rent_number(user, 952, since=FEB_9)
    send(user, 1_000, on=MARCH, price=37)


@pytest.fixture
def accounts(db):
    make_tariff(JAN, part_tenths=37, incoming_tenths=12)
    for build in (careers, physics, library, sports, sleep_trial):
        build()
    return counted.accounts(YEAR, TODAY)


def test_the_portal_charges_what_the_spreadsheet_says(book, accounts):
    by_hand = {
        book.worked_out("Departments", f"A{row}"): [
            pence(book.worked_out("Departments", f"{column}{row}")) for column in COLUMNS
        ]
        for row in range(2, NAMES + 1)
    }
    names = ["Careers Service", "Department of Physics", "Sleep Trial", "Sports Centre",
             "University Library"]  # fmt: skip

    assert {
        name: [
            account.prepaid_pence,
            account.actual_pence - account.minimum_pence,
            account.actual_pence,
            account.over_pence,
            account.charge_pence,
            account.next_pence,
        ]
        for name, account in zip(names, accounts, strict=True)
    } == by_hand


def test_each_line_is_a_line_of_the_spreadsheet(book, accounts):
    by_hand = sorted(
        (
            *(book.worked_out("Lines", f"{column}{row}") for column in "BC"),
            int(book.worked_out("Lines", f"E{row}")),
            round(book.worked_out("Lines", f"F{row}") * 10),
            pence(book.worked_out("Lines", f"G{row}")),
        )
        for row in range(2, 16)
    )

    assert by_hand == sorted(
        (line.code, line.kind, line.count, line.price_tenths, line.pence)
        for account in accounts
        for line in account.lines
        if line.kind != "minimum"
    )


def test_the_pages_of_charges_say_the_same_of_each_department(accounts):
    period = Period(YEAR, YEAR.first_on, YEAR.last_on)
    departments = Department.objects.in_bulk()

    charged = {
        account.department_id: statement_of(
            departments[account.department_id], period, made_on=TODAY
        ).total_pence
        for account in accounts
    }

    assert charged == {account.department_id: account.actual_pence for account in accounts}


def test_the_totals_are_the_spreadsheets(book, accounts):
    sums = total(accounts)
    row = NAMES + 1

    assert [
        sums.prepaid_pence,
        sums.actual_pence - sums.minimum_pence,
        sums.actual_pence,
        sums.over_pence,
        sums.charge_pence,
        sums.next_pence,
    ] == [pence(book.worked_out("Departments", f"{column}{row}")) for column in COLUMNS]
