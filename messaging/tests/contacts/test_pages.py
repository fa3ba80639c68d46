"""The CONTACTS pages, as a browser without script sees them."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_finance, make_user
from messaging.contacts.models import Contact, Group
from messaging.senders.models import OptOut
from messaging.tests.make import NOW, make_contact, make_group
from smsportal.lib.spreadsheets import open_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_admin()


@pytest.fixture
def user(admin):
    return make_user(admin.department)


@pytest.fixture
def browse(client, user):
    client.force_login(user)
    return client


def words(answer):
    return " ".join(answer.content.decode().split())


def test_the_empty_page_says_what_contacts_are_and_offers_a_file(browse):
    assert "No contacts yet" in words(browse.get(reverse("contacts:list")))


def test_the_list_shows_numbers_as_people_write_them_with_type_and_opted_out(browse, admin, user):
    make_contact(admin, "+447700900118", first_name="Ffion", last_name="Hughes")
    make_contact(user, "+447700900119", first_name="Rosalind")
    OptOut.objects.create(department=user.department, number="+447700900118", at=NOW)

    page = browse.get(reverse("contacts:list"))

    since = {each.number: each.opt_out and each.opt_out.at for each in page.context["page"]}
    assert since == {"+447700900118": NOW, "+447700900119": None}
    for shown in (
        "07700 900118",
        "since 12 May 2026",
        "Kept by your administrator",
        "Personal",
        "Global",
    ):
        assert shown in words(page)


def test_a_contact_is_added_with_its_groups(browse, user):
    group = make_group(user, "Fire wardens")

    answer = browse.post(
        reverse("contacts:add"),
        {"number": "7700 900118", "first_name": "Ann", "last_name": "Lee", "groups": [group.uid]},
    )

    assert answer.status_code == 302
    contact = Contact.objects.get()
    assert (contact.number, contact.owner, [*contact.groups.all()]) == (
        "+447700900118",
        user,
        [group],
    )


def test_a_wrong_number_comes_back_with_its_reason_and_what_was_typed(browse):
    answer = browse.post(reverse("contacts:add"), {"number": "0770 90012", "first_name": "Ann"})

    assert answer.status_code == 422
    assert "0770 90012 is too short. A UK mobile number has 11 digits; this has 9." in words(answer)
    assert 'value="Ann"' in words(answer)


def test_a_taken_number_comes_back_with_the_name_it_has(browse, user):
    make_contact(user, "+447700900118", first_name="Ann")

    answer = browse.post(reverse("contacts:add"), {"number": "07700900118"})

    assert answer.status_code == 422
    assert "07700 900118 is in your contacts already, as Ann." in words(answer)


def test_a_deleted_contact_comes_back_by_the_undo_button(browse, user):
    contact = make_contact(user, first_name="Ann")

    page = browse.post(reverse("contacts:delete", args=[contact.uid]), follow=True)
    assert "Ann has been deleted" in words(page)
    assert not Contact.objects.live().exists()

    browse.post(reverse("contacts:restore"), {"deleted_at": page.context["undo"]["at"].isoformat()})
    assert Contact.objects.live().get() == contact


def test_ticked_rows_join_a_group(browse, user):
    contacts = [make_contact(user) for _ in range(3)]
    group = make_group(user)

    answer = browse.post(
        reverse("contacts:bulk"),
        {"do": "join", "to": group.uid, "pick": [contacts[0].uid, contacts[1].uid]},
    )

    assert answer.url == reverse("contacts:group", args=[group.uid])
    assert set(group.contacts.all()) == set(contacts[:2])


def test_select_all_takes_every_page_of_the_list_as_filtered(browse, user):
    for n in range(60):
        make_contact(user, f"+447700900{n:03d}", last_name="Lee")
    make_contact(user, "+447700900999", last_name="Ash")

    page = browse.post(
        reverse("contacts:bulk"), {"do": "delete", "all": 1, "q": "lee"}, follow=True
    )

    assert "60 contacts have been deleted" in words(page)
    assert Contact.objects.live().get().last_name == "Ash"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"do": "delete"}, "Tick at least one contact first."),
        ({"do": "delete", "pick": "nonsense"}, "Tick at least one contact first."),
        ({"do": "join", "all": 1}, "Choose the group."),
    ],
)
def test_a_bulk_action_that_lacks_something_says_what(browse, user, sent, said):
    make_contact(user)

    answer = browse.post(reverse("contacts:bulk"), sent)

    assert answer.status_code == 422
    assert said in words(answer)


def test_ticked_people_are_messaged(browse, admin, user):
    contacts = [make_contact(user), make_contact(admin)]

    answer = browse.post(
        reverse("contacts:bulk"), {"do": "message", "pick": [each.uid for each in contacts]}
    )
    page = browse.get(answer.url, follow=True)

    assert all(str(each.uid) in answer.url for each in contacts)
    assert page.status_code == 200


def test_more_people_than_a_page_are_messaged_as_a_group(browse, user):
    for n in range(51):
        make_contact(user, f"+447700900{n:03d}")

    answer = browse.post(reverse("contacts:bulk"), {"do": "message", "all": 1})

    assert answer.status_code == 422
    assert "More than 50 people are messaged as a group." in words(answer)


def test_a_user_who_ticks_global_contacts_is_told_who_keeps_them(browse, admin, user):
    make_contact(admin)
    make_contact(user)

    page = browse.post(reverse("contacts:bulk"), {"do": "delete", "all": 1}, follow=True)

    assert "1 person not deleted" in words(page)
    assert Contact.objects.live().get().is_global


def test_groups_are_made_renamed_deleted_and_put_back(browse, user):
    browse.post(reverse("contacts:group_add"), {"name": "Fire wardens"})
    group = Group.objects.get()
    browse.post(reverse("contacts:group_rename", args=[group.uid]), {"name": "Wardens"})
    page = browse.post(reverse("contacts:group_delete", args=[group.uid]), follow=True)
    assert "Wardens has been deleted" in words(page)

    page = browse.post(reverse("contacts:group_restore", args=[group.uid]), follow=True)

    assert "Wardens is back" in words(page)
    assert "Nobody is in this group yet." in words(page)


def test_a_group_name_with_a_semicolon_is_refused(browse):
    answer = browse.post(reverse("contacts:group_add"), {"name": "A;B"})

    assert answer.status_code == 422


def test_duplicates_are_merged_on_their_page(browse, user):
    keep, other = (make_contact(user, first_name="Ann") for _ in range(2))
    assert "Keep" in words(browse.get(reverse("contacts:duplicates")))

    browse.post(reverse("contacts:merge"), {"keep": keep.uid, "pick": [keep.uid, other.uid]})

    assert Contact.objects.live().get() == keep


def test_another_persons_contact_or_group_is_not_found(browse, admin, user):
    other = make_user(user.department)
    theirs, group = make_contact(other), make_group(other)
    shared = make_contact(admin)
    addresses = [
        reverse("contacts:edit", args=[theirs.uid]),
        reverse("contacts:edit", args=[shared.uid]),
        reverse("contacts:group", args=[group.uid]),
        reverse("contacts:group_rename", args=[group.uid]),
    ]

    assert [browse.get(address).status_code for address in addresses] == [404] * 4
    answer = browse.post(reverse("contacts:delete", args=[theirs.uid]))
    assert (answer.status_code, Contact.objects.live().count()) == (404, 2)


def test_an_admin_cannot_see_a_personal_contact_on_any_page(client, admin, user):
    contact = make_contact(user, "+447700900118", first_name="Secretperson")
    group = make_group(user, "Secretgroup", [contact])
    make_group(admin, contacts=[make_contact(admin)])
    client.force_login(admin)

    pages = [
        client.get(reverse("contacts:list")),
        client.get(reverse("contacts:list"), {"q": "secret"}),
        client.get(reverse("contacts:list"), {"type": "personal"}),
        client.get(reverse("contacts:list"), {"group": group.uid}),
        client.get(reverse("contacts:groups")),
        client.get(reverse("contacts:duplicates")),
    ]

    assert [p.status_code for p in pages] == [200] * 6
    # The search box says back what was typed, so the capital letter is what gives a name away.
    assert not any("Secret" in words(page) or "900118" in words(page) for page in pages)


def test_who_keeps_no_contacts_gets_the_403_page(client):
    client.force_login(make_finance())

    assert client.get(reverse("contacts:list")).status_code == 403


def test_an_export_is_safe_to_open_and_says_what_is_there(browse, user):
    contact = make_contact(user, "+447700900118", first_name='=HYPERLINK("x")', last_name="Lee")
    make_group(user, "B", [contact])
    make_group(user, "A", [contact])

    answer = browse.get(reverse("contacts:export", args=["csv"]))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert rows == [
        ["Mobile", "FirstName", "LastName", "Groups"],
        ["07700 900118", '\'=HYPERLINK("x")', "Lee", "A; B"],
    ]


def test_an_excel_export_holds_the_same(browse, user):
    make_contact(user, "+447700900118", first_name="=1+1")

    answer = browse.get(reverse("contacts:export", args=["xlsx"]))
    sheet = open_sheet(answer.getvalue(), "contacts.xlsx")

    assert list(sheet.rows) == [
        ["Mobile", "FirstName", "LastName", "Groups"],
        ["07700 900118", "=1+1"],
    ]


def test_an_export_holds_the_own_book_unless_global_ones_are_asked_for(browse, admin, user):
    make_contact(admin, "+447700900001")
    make_contact(user, "+447700900002")

    def exported(**filters):
        answer = browse.get(reverse("contacts:export", args=["csv"]), filters)
        return [row.split('"')[1] for row in answer.getvalue().decode().splitlines()[1:]]

    assert exported() == ["07700 900002"]
    assert exported(type="global") == ["07700 900001"]
