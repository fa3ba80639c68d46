"""Adding many users from a spreadsheet: tried first, then all or none."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from accounts.tests.make import make_user

pytestmark = pytest.mark.django_db

USERS = reverse("people:users")
HEADER = "Name,Username,Email,Extension,Email to SMS\n"


def upload(client, text, follow=True):
    file = SimpleUploadedFile("staff.csv", text.encode())
    return client.post(reverse("people:user_import"), {"file": file}, follow=follow)


def thirty(extra=""):
    rows = [
        f"Person {'ABCDEFGHIJ'[n // 10]}{chr(97 + n % 10)} Lloyd,phys{n:04d},"
        f"p{n}@physics.example.ac.uk,7{n:04d},no\n"
        for n in range(1, 31)
    ]
    return HEADER + "".join(rows) + extra


def test_thirty_users_are_tried_first_and_added_after(client, admin):
    tried = upload(client, thirty())
    assert "All 30 can be added" in tried.content.decode()
    assert Person.objects.users().count() == 0

    response = client.post(reverse("people:user_import_check"))

    assert response["Location"] == USERS
    assert Person.objects.users().filter(department=admin.department).count() == 30
    assert OutgoingMail.objects.count() == 30
    assert all(person.is_invited for person in Person.objects.users())


def test_adding_thirty_users_asks_the_database_no_more_often_than_three(
    client, admin, django_assert_max_num_queries
):
    upload(client, thirty())

    with django_assert_max_num_queries(30):
        client.post(reverse("people:user_import_check"))


def test_rows_that_cannot_be_added_say_why_and_nobody_is_added(client, admin):
    make_user(admin.department, username="phys0007", name="Amira Khan")
    bad = (
        "Office,phys0100,office@physics.example.ac.uk,70100,no\n"
        "Megan Lloyd,phys0001,m@physics.example.ac.uk,07700 900123,maybe\n"
    )

    tried = upload(client, thirty(bad)).content.decode()
    response = client.post(reverse("people:user_import_check"))

    assert "3 of 32 rows cannot be added" in tried
    assert "phys0007 already has an account: Amira Khan" in tried
    assert "“Office” does not look like a person’s name" in tried
    assert "phys0001 is in the file twice." in tried
    assert "07700 900123 is a mobile number." in tried
    assert "Email to SMS is Yes or No, not “maybe”." in tried
    assert response.status_code == 422
    assert Person.objects.users().count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("Name,Username\nAmira Khan,phys0423\n", "has no column headed Email or Extension"),
        (HEADER, "has headings and nobody under them"),
        ("%PDF-1.4", "PDF"),
    ],
)
def test_a_file_that_is_no_list_of_users_is_refused_in_words(client, admin, text, words):
    response = upload(client, text)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_the_example_has_the_headings_that_are_known(client, admin):
    file = client.get(reverse("people:user_import_template")).content

    tried = upload(client, io.BytesIO(file).read().decode("utf-8-sig"))

    assert "All 1 can be added" in tried.content.decode()
