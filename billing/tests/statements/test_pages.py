"""Year end, statements and estimates, as finance and administrators see them."""

import csv
import io
import re

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.make import make_admin, make_finance, make_user
from billing.statements.models import Correction, Prepayment, Statement, YearEnd
from billing.tests.statements.make import CHECKED, lock, make_customer, prepays, send
from billing.tests.statements.test_locking import SINCE, careers
from smsportal.lib.spreadsheets import open_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(CHECKED, tick=False):
        yield


@pytest.fixture
def finance(client):
    client.force_login(make_finance(name="Siobhan Doyle"))
    return client


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def sign(client, typed: str):
    page = client.get(reverse("statements:year", args=[2025]))
    seen = re.search(r'name="seen" value="(\w+)"', page.text)[1]
    return client.post(reverse("statements:lock", args=[2025]), {"seen": seen, "total": typed})


def test_finance_comes_to_the_year_that_waits(finance):
    careers()

    answer = finance.get(reverse("statements:home"))

    assert answer.headers["Location"] == reverse("statements:year", args=[2025])


def test_the_dry_run_shows_what_each_is_charged_and_what_to_look_at(finance):
    careers()

    said = words(finance.get(reverse("statements:year", args=[2025])))

    assert "Counted today, 14 August 2026 at 10:04am. Nothing is charged yet." in said
    assert "Careers Service is £136.80 over, 22.8% of what it prepaid." in said
    assert "Over the line of 10% and £5.00, so it is charged." in said
    assert "Locking charges £136.80 to 1 department and makes 1 statement." in said
    assert not YearEnd.objects.exists()


def test_finance_signs_and_the_same_run_again_changes_nothing(finance):
    careers()

    answer = sign(finance, "£136.80")

    assert answer.status_code == 302
    said = words(finance.get(answer.headers["Location"]))
    assert "By Siobhan Doyle" in said
    assert "Run again to make sure: 0 differences" in said


def test_another_total_comes_back_as_typed(finance):
    careers()

    answer = sign(finance, "136")

    assert answer.status_code == 422
    assert "You typed 136. The total to charge is £136.80" in words(answer)
    assert 'value="136"' in answer.text


def test_what_changed_since_the_lock_is_shown_with_what_to_correct(finance):
    user = careers()
    lock()
    send(user, 20)

    said = words(finance.get(reverse("statements:year", args=[2025])))

    assert "Careers Service: £736.80 was locked, £737.50 is counted now." in said
    assert "To correct: £0.70." in said


def test_a_correction_stands_on_the_statement(finance):
    user = careers()
    lock()
    statement = Statement.objects.get()
    address = reverse("statements:correct", args=[statement.uid])

    wrong = finance.post(address, {"pence": "lots", "code": "0", "reason": "Twice"})
    right = finance.post(address, {"pence": "-12.50", "code": "0", "reason": "Charged twice"})

    assert (wrong.status_code, 'value="lots"' in wrong.text) == (422, True)
    assert "“lots” is not an amount." in words(wrong)
    assert Correction.objects.get().pence == -12_50
    said = words(finance.get(right.headers["Location"]))
    assert "CR0340: Charged twice" in said
    assert "To be charged to CR0340 £124.30" in said
    assert user.department.statements.get().charge_pence == 136_80


def test_what_is_prepaid_is_changed_with_a_reason(finance):
    user = make_customer(since=SINCE)
    address = reverse("statements:prepaid", args=[2025, user.department.uid])

    wrong = finance.post(address, {"pence": "-5", "reason": ""})
    finance.post(address, {"pence": "£1,250", "reason": "A campaign in May"})

    assert wrong.status_code == 422
    assert "less than nothing" in words(wrong)
    assert "Write why" in words(wrong)
    assert Prepayment.objects.get().pence == 1_250_00


@pytest.mark.parametrize("what", ["departments", "lines"])
def test_csv_and_excel_say_the_same_and_end_with_the_total(finance, what):
    careers()
    make_customer("=Sports Centre", "SP0610", since=SINCE)

    as_csv = finance.get(reverse("statements:download", args=[2025, what, "csv"]))
    as_xlsx = finance.get(reverse("statements:download", args=[2025, what, "xlsx"]))

    rows = list(csv.reader(io.StringIO(b"".join(as_csv).decode("utf-8-sig"))))
    sheet = list(open_sheet(b"".join(as_xlsx), "year.xlsx").rows)
    assert (len(rows), rows[-1][0]) == (len(sheet), f"Control total of {len(sheet) - 2} lines")
    assert rows[1][0] == "'=Sports Centre"
    assert "746.80" in rows[-1]
    assert 746.8 in sheet[-1]


def test_an_administrator_reads_the_own_statement_and_no_other(client):
    ours, theirs = make_customer("Ours", since=SINCE), make_customer("Theirs", "TH1", since=SINCE)
    lock()
    client.force_login(make_admin(ours.department))

    listed = words(client.get(reverse("statements:list")))
    own = client.get(reverse("statements:statement", args=[2025, ours.department.uid]))
    other = client.get(reverse("statements:statement", args=[2025, theirs.department.uid]))
    estimate = client.get(reverse("statements:estimate", args=[theirs.department.uid]))

    assert ("Ours" in listed, "Theirs" in listed) == (True, False)
    assert "Y26-CR0340" in words(own)
    assert "Correct" not in words(own)
    assert (other.status_code, estimate.status_code) == (404, 404)


def test_a_user_reads_no_statement(client):
    client.force_login(make_user())

    assert client.get(reverse("statements:list")).status_code == 403


def test_a_statement_says_how_it_came_to_its_sum(finance):
    user = careers()

    said = words(finance.get(reverse("statements:statement", args=[2025, user.department.uid])))

    assert "Texts, by part and person October 12,480 3.5p £436.80" in said
    assert "Keyword JOBS August to July, 12 months 12 £5.00 £60.00" in said
    assert "Virtual Mobile phone numbers, 2 August to July, 24 months in all" in said
    assert "Over, 22.8% of what was prepaid £136.80" in said
    assert "What was prepaid was set on 14 August 2026: As agreed." in said


def test_an_estimate_says_how_it_was_made(finance):
    user = careers()
    prepays(user.department, 700_00, begins=2026)

    said = words(finance.get(reverse("statements:estimate", args=[user.department.uid])))

    assert "Estimate for 2027 to 2028" in said
    assert "12,480 in 12 months is about 1,040 a month." in said
    assert "no month of this one has passed yet" in said


@pytest.mark.parametrize("begins", [1, 2019, 2027])
def test_a_year_that_is_not_there_is_not_found(finance, begins):
    make_customer(since=SINCE)

    assert finance.get(reverse("statements:year", args=[begins])).status_code == 404
