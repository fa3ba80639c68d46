"""Upload CSV/Excel, and the page By Import."""

import io
import re
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.make import make_user
from messaging.compose.engine.sheet import path_of
from messaging.compose.models import Upload
from messaging.compose.services import recipients, uploads
from messaging.sending.models import BasketRow, Batch, RowState
from messaging.tests.compose.writing import Writer
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


def csv(*lines):
    return SimpleUploadedFile("trip.csv", "\n".join(lines).encode())


def workbook(rows):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return SimpleUploadedFile("trip.xlsx", file.getvalue())


def uploaded(file, **typed):
    writer = Writer(make_user(), **typed)
    response = writer.press("upload", file=file)
    writer.typed.pop("file")
    assert response.url == reverse("compose:import", args=[writer.uid]), response.status_code
    return writer


def import_page(writer):
    return writer.client.get(reverse("compose:import", args=[writer.uid])).content.decode()


def figures(writer):
    page = import_page(writer)
    found = re.findall(r"<dd>([\d,]+)", page[: page.index("</dl>")])
    return [int(n.replace(",", "")) for n in found]


def on_import_page(writer, **fields):
    return writer.client.post(reverse("compose:import", args=[writer.uid]), fields)


def test_numbers_in_column_a_need_no_header_and_no_first_nought():
    writer = uploaded(workbook([[7700900001], [7700900002], ["07700 900003"]]))

    assert writer.numbers() == [drama(1), drama(2), drama(3)]
    assert figures(writer) == [3, 2, 0, 0]
    assert "By Import (3)" in writer.page()


def test_each_row_shows_its_place_what_was_typed_and_the_number():
    writer = uploaded(csv("Mobile,FirstName", "0044 7700 900001,Aoife", "", "7700900002,Callum"))

    page = import_page(writer)

    cells = re.findall(r"<tr><td[^>]*>(\d+)</td><th[^>]*>([^<]*)</th><td[^>]*>([^<]*?) ?<", page)
    assert cells == [("2", drama(1), "0044 7700 900001"), ("4", drama(2), "7700900002")]


def test_the_column_with_most_mobiles_has_the_numbers():
    writer = uploaded(
        csv("Ref,Name,Tel", "7700900999,Ann,07700900001", "B2,Bob,07700900002", "C3,Cy,07700900003")
    )

    assert writer.numbers() == [drama(1), drama(2), drama(3)]


def test_two_columns_of_mobiles_are_asked_about():
    writer = uploaded(csv("Home,Work", "07700900001,07700900101", "07700900002,07700900102"))
    assert writer.numbers() == []
    assert "Which column has the mobile numbers?" in import_page(writer)

    on_import_page(writer, action="column", column="1")

    assert writer.numbers() == [drama(101), drama(102)]


def test_other_columns_are_fields_of_the_message():
    writer = uploaded(
        csv("Mobile,First_Name,Coach", "07700900001,Aoife,A", "07700900002,Callum,B"),
        message="Hi ((first name)), coach ((COACH)).",
    )

    writer.press("send")

    batch = Batch.objects.get()
    assert list(batch.messages.order_by("row_no").values_list("body", flat=True)) == [
        "Hi Aoife, coach A.",
        "Hi Callum, coach B.",
    ]


def test_a_damaged_number_is_refused_with_its_cell():
    writer = uploaded(csv("Mobile", "07700900001", "4.47E+11"))

    page = import_page(writer)

    assert "Excel has shortened this number in cell A3. The digits are lost." in page
    assert "Excel has damaged 1 number, in cell A3." in page
    assert figures(writer) == [1, 0, 0, 1]


def test_wrong_rows_are_put_right_on_the_page():
    writer = uploaded(csv("07700900001", "+44707123456789", "01632960418", "077009"))
    rows = list(BasketRow.objects.filter(state=RowState.REFUSED).order_by("row_no"))

    on_import_page(
        writer,
        action="recheck",
        **{
            f"fix-{rows[0].row_no}": "07123 456789",
            f"fix-{rows[1].row_no}": "07700900001",
            f"fix-{rows[2].row_no}": "07700",
        },
    )

    assert sorted(writer.numbers()) == ["+447123456789", drama(1)]
    assert writer.numbers(RowState.DUPLICATE) == [drama(1)]
    still = BasketRow.objects.get(state=RowState.REFUSED)
    assert still.why == "07700 is too short. A UK mobile number has 11 digits; this has 5."


def test_use_it_takes_what_is_suggested():
    writer = uploaded(csv("07700900001", "+44707123456789"))
    row = BasketRow.objects.get(state=RowState.REFUSED)

    on_import_page(writer, accept=f"{row.row_no}:07123 456789")

    assert writer.numbers() == [drama(1), "+447123456789"]


def test_rows_that_cannot_be_used_do_not_stop_the_others():
    writer = uploaded(csv("07700900001", "01632960418"), message="Hello")

    writer.press("send")

    assert Batch.objects.get().person_count == 1


def test_the_file_can_be_left_out_again():
    writer = uploaded(csv("07700900001"))
    path = path_of(Upload.objects.get())

    on_import_page(writer, action="drop")

    assert not path.exists()
    assert writer.numbers() == []
    assert Upload.objects.count() == 0
    assert "By Import (" not in writer.page()


def test_a_second_file_takes_the_place_of_the_first():
    writer = uploaded(csv("07700900001"))

    writer.press("upload", file=csv("07700900002"))

    assert writer.numbers() == [drama(2)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "list.csv is a PDF. Save the list as CSV or Excel (.xlsx)"),
        (b"", "The submitted file is empty"),
    ],
)
def test_what_is_no_list_is_refused_in_words_and_nothing_typed_is_lost(content, words):
    writer = Writer(make_user(), message="Words to keep")

    response = writer.press("upload", file=SimpleUploadedFile("list.csv", content))

    assert response.status_code == 422
    page = response.content.decode()
    assert words in page or "list.csv is empty." in page
    assert "Words to keep" in page


def test_upload_without_a_file_says_what_to_do():
    response = Writer(make_user()).press("upload")

    assert response.status_code == 422
    assert "Choose the CSV or Excel file first." in response.content.decode()


def test_the_same_file_again_is_noticed():
    user = make_user()
    first = Writer(user, message="Hello")
    first.press("upload", file=csv("07700900001"))
    first.typed.pop("file")
    first.press("send")
    second = Writer(user)
    second.press("upload", file=csv("07700900001"))

    page = import_page(second)

    assert "You used this file before," in page
    assert Batch.objects.get().reference in page


def test_files_are_deleted_after_a_day_and_their_people_stay():
    writer = uploaded(csv("07700900001"))
    path = path_of(Upload.objects.get())
    assert path.exists()

    assert uploads.forget_old_files(now=NOW + timedelta(hours=23)) == 0
    assert uploads.forget_old_files(now=NOW + timedelta(hours=25)) == 1

    assert not path.exists()
    assert writer.numbers() == [drama(1)]


def test_another_persons_file_is_nowhere():
    writer = uploaded(csv("07700900001"))
    stranger = Writer(make_user(writer.person.department))
    stranger.uid = writer.uid

    assert on_import_page(stranger, action="drop").status_code == 404
    assert stranger.press("add").status_code == 404
    assert stranger.client.get(stranger.address).status_code == 404
    assert writer.numbers() == [drama(1)]


def test_the_wrong_rows_can_be_taken_away():
    writer = uploaded(csv("07700900001", "01632960418", "=1+1"))

    response = writer.client.get(reverse("compose:import", args=[writer.uid]), {"download": "1"})

    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert lines == [
        '"Cell","In the file","What is wrong"',
        '"A2","01632960418","This is a landline. Texts can only go to mobiles."',
        '"A3","\'=1+1","This has “=” in it, which no mobile number has."',
    ]


def test_a_big_file_is_read_by_the_worker():
    writer = uploaded(csv("Mobile", *(f"074{n:08d}" for n in range(2_500))))
    assert "so far, still reading." in import_page(writer)

    recipients.fill_all_waiting()

    assert figures(writer) == [2500, 0, 0, 0]


def test_a_file_that_is_gone_holds_nobody_up():
    writer = uploaded(csv("Mobile", *(f"074{n:08d}" for n in range(2_500))))
    path_of(Upload.objects.get()).unlink()

    recipients.fill_all_waiting()

    assert writer.draft.waiting == []
    assert writer.numbers() == []


def test_a_column_chosen_too_late_says_to_upload_again():
    writer = uploaded(csv("Home,Work", "07700900001,07700900101"))
    uploads.forget_old_files(now=NOW + timedelta(hours=25))

    response = on_import_page(writer, action="column", column="1")

    assert response.status_code == 422
    assert "trip.csv was deleted, as files are after a day." in response.content.decode()
