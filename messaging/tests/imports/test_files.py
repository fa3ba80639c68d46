"""What a file may look like, and what is refused."""

import csv
import io

import pytest
from django.urls import reverse

from messaging.imports.models import Import
from messaging.tests.imports.walk import AMIRA, BEN, SEED_FILE, book, words
from messaging.tests.make import make_contact, make_group
from smsportal.lib import exports

pytestmark = pytest.mark.django_db


def test_s85_the_template_has_exactly_the_seeds_headings(wizard):
    answer = wizard.client.get(reverse("imports:template"))

    assert answer.content == b"Mobile,FirstName,LastName\r\n"


def test_a_file_without_headings_is_seen_to_have_none(wizard):
    wizard.upload("07700900118,Amira,Khan\n07700900119,Ben,Lee\n")

    assert not wizard.batch.has_headings
    assert [c["target"] for c in wizard.batch.columns] == ["mobile", "first_name", "last_name"]
    wizard.columns()
    wizard.groups()
    wizard.press()
    assert book() == [AMIRA, BEN]


def test_the_headings_can_be_switched_off(wizard):
    wizard.upload("Mobile,FirstName\n07700900118,Amira\n")

    answer = wizard.columns(has_headings=False)
    wizard.batch.refresh_from_db()

    assert answer.url == wizard.at("columns")
    assert (wizard.batch.row_count, wizard.batch.columns[0]["heading"]) == (2, "Column A")


def test_a_file_needs_one_column_of_mobile_numbers(wizard):
    wizard.upload(SEED_FILE)

    answer = wizard.columns(col0="skip")

    assert answer.status_code == 422
    assert "Choose which column holds the mobile numbers." in words(answer)


def test_two_columns_cannot_be_the_mobile_number(wizard):
    wizard.upload(SEED_FILE)

    answer = wizard.columns(col1="mobile")

    assert answer.status_code == 422
    assert "Two columns go into Mobile." in words(answer)


def test_a_damaged_number_is_refused_with_its_cell(wizard):
    wizard.upload("FirstName,Mobile\nAmira,4.47E+11\nBen,07700900119\n")
    wizard.columns()
    wizard.groups()

    page = words(wizard.check())

    assert "Excel has shortened this number in cell B2. The digits are lost." in page


def test_wrong_rows_can_be_downloaded_with_their_reason(wizard):
    wizard.upload("Mobile,FirstName,Group\n0770 90012,=Amira,Lab A\n07700900119,Ben,Lab B\n")
    wizard.columns()
    wizard.groups()

    answer = wizard.client.get(wizard.at("bad_rows"))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert rows[1][:5] == ["2", "0770 90012", "'=Amira", "", "Lab A"]
    assert rows[1][5].startswith("This is too short.")


def test_a_file_without_one_good_number_imports_nothing(wizard):
    wizard.upload("Mobile\n01632 960418\n")
    wizard.columns(col0="mobile")
    wizard.groups()

    answer = wizard.press()

    assert answer.status_code == 422
    assert "No row of this file has a number we can text." in words(answer)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_imports_again_unchanged(wizard, admin, kind):
    odd = [
        make_contact(admin, "+447700900001", first_name="=HYPERLINK(1)", last_name="O'Brien"),
        make_contact(admin, "+447700900002", first_name="'quoted", last_name="-x"),
        make_contact(admin, "+447700900003", first_name="Zoë", last_name="Muñoz, Jr"),
        make_contact(admin, "+447700900004"),
    ]
    make_group(admin, "A, B & C", odd)
    make_group(admin, "+Plus", odd[:1])
    before = book()
    export = wizard.client.get(reverse("contacts:export", args=[kind])).getvalue()

    wizard.upload(export, f"contacts.{kind}")
    wizard.columns()
    wizard.groups()
    wizard.press()

    counts = wizard.batch.counts
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 4)
    assert book() == before


def test_a_workbook_is_read_like_csv(wizard):
    file = exports.xlsx_file(["Mobile", "FirstName"], [[7700900118, "Amira"], ["07700900119", ""]])

    wizard.upload(file.read(), "people.xlsx")
    wizard.columns()
    wizard.groups()
    wizard.press()

    assert book() == [("+447700900118", "Amira", ""), ("+447700900119", "", "")]


def test_formulas_are_kept_as_text(wizard):
    wizard.through('Mobile,FirstName\n07700900118,"=HYPERLINK(""http://x"")"\n')

    assert book() == [("+447700900118", '=HYPERLINK("http://x")', "")]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "This file is empty."),
        (b"%PDF-1.7 x", "list.pdf", "list.pdf is a PDF. Save the list as CSV or Excel"),
        (b"x" * (10 * 1024 * 1024 + 1), "big.csv", "big.csv is 10.0 MB. A file can be up to 10"),
        (
            b"Mobile\n" + b"07700900118\n" * 100_001,
            "long.csv",
            "long.csv has more than 100,000 rows, the most that a file can have.",
        ),
    ],
)
def test_what_is_no_list_is_refused_in_words(wizard, content, name, said):
    answer = wizard.upload(content, name)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not Import.objects.exists()


def test_no_file_is_refused_in_words(wizard):
    answer = wizard.client.post(reverse("imports:start"))

    assert answer.status_code == 422
    assert "Choose a file first." in words(answer)
