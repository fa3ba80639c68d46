"""Files of a report: exactly what the page shows, safe to open, with a control total."""

import csv
import io

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from accounts.departments.models import Department
from accounts.tests.make import make_finance
from billing.tests.reports.used import TODAY, make_used
from smsportal.lib.walltime import start_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def used():
    return make_used()


@pytest.fixture
def finance(used, settings):
    settings.SECOND_STEP_REQUIRED = False
    client = Client()
    client.force_login(make_finance())
    with time_machine.travel(start_of(TODAY), tick=False):
        yield client


def body_of(answer) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer)


def csv_rows(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def download(finance, kind: str, **asked) -> object:
    return finance.get(reverse("reports:download", args=[kind]), asked)


def test_a_csv_has_the_rows_of_the_page_and_a_control_total(finance):
    header, *rows, control = csv_rows(download(finance, "csv", by="department"))

    assert header[:4] == ["Department", "Cost code", "Texts", "Parts"]
    assert [(row[0], row[-2], row[-1]) for row in rows] == [
        ("Music", "9.96", "10.00"),
        ("Physics", "0.00", "50.98"),
    ]
    assert control[0] == "Control total of 2 lines"
    assert (control[2], control[3], control[-1]) == ("26", "28", "60.98")


@pytest.mark.parametrize("by", ["code", "department", "user", "month"])
def test_what_is_shown_is_what_is_downloaded(finance, by):
    page = finance.get(reverse("reports:charges"), {"by": by}).content.decode()
    _, *rows, control = csv_rows(download(finance, "csv", by=by))

    for row in [*rows, control]:
        assert f"£{row[-1]}" in page


def test_excel_has_the_same_as_numbers(finance):
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(body_of(download(finance, "xlsx", by="code")))
    ).get_sheet_by_index(0)
    header, *rows, control = sheet.to_python()

    assert header[-1] == "Total"
    assert [row[-1] for row in rows] == [10, 5.39, 45.59]
    assert (control[0], control[-1]) == ("Control total of 3 lines", 60.98)


def test_a_name_that_looks_like_a_formula_stays_a_name(finance, used):
    Department.objects.filter(pk=used.music.pk).update(name="=HYPERLINK(A1)")

    _, first, *_ = csv_rows(download(finance, "csv", by="department"))

    assert first[0] == "'=HYPERLINK(A1)"


def test_there_is_no_other_kind_of_file(finance):
    assert download(finance, "exe").status_code == 404


def test_a_statement_shows_each_line_rounded_once(finance, used):
    text = text_of(body_of(finance.get(reverse("reports:statement", args=[used.physics.uid]))))

    for words in (
        f"Statement U2508-2605-PT-20931-4-{used.physics.pk}",
        "Physics PT-20931-4",
        "1 August 2025 to 12 May 2026",
        "12 May 2026",
        "PH0123, 9 texts, August 2025 to October 2025 11 3.5p £0.39",
        "PT-20931-4, 7 texts, January 2026 7 3.5p £0.25",
        "PT-20931-4, 9 texts, March 2026 9 3.8p £0.34",
        "Keyword OPENDAY",
        "PT-20931-4, January 2026 to May 2026, each month 5 £5.00 £25.00",
        "PT-20931-4, April 2026 to May 2026, each month 2 £10.00 £20.00",
        "net of VAT £50.98",
        "To be charged to PH0123 £5.39",
        "To be charged to PT-20931-4 £45.59",
        "Control total of 6 lines: £50.98",
    ):
        assert words in text


def test_a_statement_shows_a_number_only_by_its_end(finance, used):
    text = text_of(body_of(finance.get(reverse("reports:statement", args=[used.physics.uid]))))

    assert "number ending 950" in text
    assert "900950" not in text.replace(" ", "")


def test_a_statement_writes_every_name_there_is_and_logs_none(finance, used, caplog):
    Department.objects.filter(pk=used.music.pk).update(name="Łódź ar Ŵy 音楽")

    text = text_of(body_of(finance.get(reverse("reports:statement", args=[used.music.uid]))))

    assert "Łódź ar Ŵy" in text
    assert "To reach the minimum" in text
    assert caplog.messages == []


def test_the_same_statement_is_the_same_file(finance, used):
    address = reverse("reports:statement", args=[used.physics.uid])

    assert body_of(finance.get(address)) == body_of(finance.get(address))
