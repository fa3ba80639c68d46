"""The statement of a year as PDF: it says what its page says."""

import datetime as dt
import html
import io
import re

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from accounts.tests.make import make_admin, make_finance
from billing.statements import services
from billing.statements.models import Statement
from billing.tests.statements.make import CHECKED, change_code, lock, make_customer
from billing.tests.statements.test_locking import SINCE, careers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(CHECKED, tick=False):
        yield


@pytest.fixture
def finance(client):
    client.force_login(make_finance(name="Siobhan Doyle"))
    return client


def address(department, name: str = "pdf") -> str:
    return reverse(f"statements:{name}", args=[2025, department.uid])


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def on_page(client, department) -> list[str]:
    """Every sentence and figure of the sheet on the page."""
    sheet = re.search(
        r"<article.*?</article>", client.get(address(department, "statement")).text, re.S
    )
    without_marks = re.sub(r"<svg.*?</svg>|<caption.*?</caption>", "", sheet[0], flags=re.S)
    pieces = re.split(r"<[^>]+>", without_marks)
    return [" ".join(html.unescape(piece).split()) for piece in pieces if piece.strip()]


def test_it_says_all_that_its_page_says(finance):
    department = careers().department
    make_admin(department, name="Owen Ellis")
    lock()
    services.correct(
        statement=Statement.objects.get(),
        pence=-12_50,
        code=("cost_centre", "CR0340"),
        reason="Charged twice in March, for a test that nobody had asked for and nobody read",
        by=make_finance(),
        now=CHECKED,
    )

    said = text_of(finance.get(address(department)).content)

    shown = on_page(finance, department)
    assert len(shown) > 25
    assert [piece for piece in shown if piece not in said] == []
    assert "£136.80" in said
    assert "Control total of 3 lines: £736.80" in said
    assert "Correction, 14 August 2026, CR0340: Charged twice in March" in said
    assert "To be charged to CR0340 £124.30" in said


def test_a_draft_with_two_codes_says_so_too(finance):
    department = careers().department
    change_code(department, "CR0999", SINCE.replace(year=2026, month=2))

    said = text_of(finance.get(address(department)).content)

    assert [piece for piece in on_page(finance, department) if piece not in said] == []
    assert "Statement Draft" in said
    assert "The year is not locked yet: these figures may still change." in said
    assert "CR0340, October" in said
    assert "To be charged to CR0999 £136.80" in said


def test_what_is_corrected_on_another_code_is_given_back_to_that_one(finance):
    department = careers().department
    change_code(department, "CR0999", SINCE.replace(year=2026, month=2))
    lock()
    services.correct(
        statement=Statement.objects.get(),
        pence=-12_50,
        code=("cost_centre", "CR0340"),
        reason="Charged twice",
        by=make_finance(),
        now=CHECKED,
    )

    said = text_of(finance.get(address(department)).content)

    assert [piece for piece in on_page(finance, department) if piece not in said] == []
    assert "To be charged to CR0999 £136.80 To be given back to CR0340 £12.50" in said


def test_it_is_a_file_with_a_name_and_the_same_each_time(finance):
    department = careers().department
    lock()

    first = finance.get(address(department))
    with time_machine.travel(CHECKED + dt.timedelta(minutes=5, seconds=7), tick=False):
        second = finance.get(address(department))

    assert first.content == second.content
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Content-Disposition"] == (
        'attachment; filename="statement-2025-y26-cr0340-careers-service.pdf"'
    )


def test_an_administrator_keeps_the_own_one_and_no_other(client):
    own, other = careers().department, make_customer("Sports Centre", "SP0610").department
    client.force_login(make_admin(own))

    assert client.get(address(own)).status_code == 200
    assert client.get(address(other)).status_code == 404


def test_there_is_none_of_a_department_that_came_later(finance):
    department = make_customer(since=CHECKED.date()).department

    assert finance.get(address(department)).status_code == 404
