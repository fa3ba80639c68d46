"""The New message page, as somebody without script uses it."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.make import make_admin, make_department, make_user
from messaging.compose.models import Draft
from messaging.contacts.models import Contact, Group, Membership
from messaging.senders.models import OptOut
from messaging.sending.models import BasketRow, Batch, RowState
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_two_in_the_afternoon(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def post(client, uid, action="add", **fields):
    return client.post(reverse("compose:draft", args=[uid]), {"action": action, **fields})


def rows(state=RowState.OK):
    return list(
        BasketRow.objects.filter(state=state).order_by("row_no").values_list("number", flat=True)
    )


def test_three_numbers_and_a_text_become_a_message_with_one_press():
    client = signed_in(make_user())
    page = client.get(reverse("compose:new"))
    uid = page.context["draft"].uid

    response = post(
        client,
        uid,
        "send",
        numbers="07700 900001, 07700900002;+447700900003",
        message="Hello",
    )

    batch = Batch.objects.get()
    assert (response.status_code, response.url) == (302, reverse("history:batch", args=[batch.uid]))
    assert (batch.person_count, batch.part_count, batch.request_key) == (3, 3, uid)


def test_nothing_is_saved_by_looking_at_the_page():
    signed_in(make_user()).get(reverse("compose:new"))

    assert Draft.objects.count() == 0


def test_the_page_says_what_is_left_out():
    department = make_department()
    OptOut.objects.create(department=department, number=drama(3), at=NOW)
    client = signed_in(make_user(department))
    uid = uuid.uuid4()

    post(client, uid, numbers="07700900001 07700 900001 07700900002 07700900003")

    page = client.get(reverse("compose:draft", args=[uid])).content.decode()
    assert "<b>2 people</b>" in page
    assert "after leaving out 1 who was in there twice and 1 who opted out" in page


def test_a_wrong_number_is_named_and_its_suggestion_is_one_press_away():
    client = signed_in(make_user())
    uid = uuid.uuid4()

    response = post(client, uid, "send", numbers="07700900001, +44707123456789", message="Hi")

    assert response.status_code == 422
    page = response.content.decode()
    assert "+44707123456789 is too long: 12 digits after +44, not 10." in page
    assert "Use 07123 456789" in page
    assert Batch.objects.count() == 0
    row = BasketRow.objects.get(state=RowState.REFUSED)

    draft = Draft.objects.get()
    client.post(
        reverse("compose:draft", args=[uid]),
        {"fix": row.row_no, "numbers": draft.numbers, "message": "Hi"},
    )
    assert rows() == [drama(1), "+447123456789"]
    assert Draft.objects.get().numbers == "07700900001, 07123 456789"


def test_the_admin_cannot_open_or_post_the_page():
    client = signed_in(make_admin())

    assert client.get(reverse("compose:new")).status_code == 403
    assert (
        post(client, uuid.uuid4(), "send", numbers="07700900001", message="Hi").status_code == 403
    )
    assert Batch.objects.count() == 0


def test_a_group_and_ticked_contacts_go_in_one_basket():
    user = make_user()
    contacts = [
        Contact.objects.create(
            department=user.department, number=drama(n), first_name=f"N{n}", last_name="X"
        )
        for n in range(4)
    ]
    group = Group.objects.create(department=user.department, name="Year 2")
    Membership.objects.bulk_create(
        Membership(group=group, contact=contact) for contact in contacts[:3]
    )
    client, uid = signed_in(user), uuid.uuid4()

    post(
        client,
        uid,
        group=[str(group.uid)],
        contact=[str(contacts[0].uid), str(contacts[3].uid)],
        numbers="07700900001",
    )

    assert sorted(rows()) == [drama(0), drama(1), drama(2), drama(3)]
    page = client.get(reverse("compose:draft", args=[uid])).content.decode()
    assert "Year 2 <b>3</b>" in page
    assert "Quick contacts <b>2</b>" in page
    assert "after leaving out 2 who were in there twice" in page

    client.post(
        reverse("compose:draft", args=[uid]),
        {
            "remove": f"group:{group.uid}",
            "numbers": "07700900001",
            "contact": [str(contacts[0].uid), str(contacts[3].uid)],
            "contact-was": [str(contacts[0].uid), str(contacts[3].uid)],
            "group": [str(group.uid)],
            "group-was": [str(group.uid)],
        },
    )
    assert sorted(rows()) == [drama(0), drama(1), drama(3)]
