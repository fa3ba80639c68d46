"""The pages of USERS and DEPARTMENT ADMINS, as their readers use them."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_department, make_user

pytestmark = pytest.mark.django_db

AMIRA = {
    "username": "phys0423",
    "name": "Amira Khan",
    "email": "amira.khan@physics.example.ac.uk",
    "extension": "70142",
    "allow_relay": "False",
    "members-TOTAL_FORMS": "1",
}
DANIEL = {
    "members-0-name": "Daniel Okafor",
    "members-0-username": "phys0388",
    "members-0-email": "daniel.okafor@physics.example.ac.uk",
    "members-0-phone": "70155",
}
USERS = reverse("people:users")


def names(response):
    return [person.name for person in response.context["page"]]


def problems(response):
    return re.findall(r'<li><a href="#([\w-]+)">', response.content.decode())


def test_s14_the_list_has_the_users_of_the_own_department_only(client, admin):
    make_user(admin.department, name="Amira Khan")
    make_user(name="Somebody Else")

    assert names(client.get(USERS)) == ["Amira Khan"]


@pytest.mark.parametrize("words", ["amira", "PHYS0423", "70142", "khan physics.example"])
def test_s14_users_are_found_by_what_is_known_of_them(client, admin, words):
    make_user(
        admin.department,
        name="Amira Khan",
        username="phys0423",
        email="a@physics.example.ac.uk",
        extension="70142",
    )
    make_user(admin.department, name="Stuart Nicholls", extension="70999")

    assert names(client.get(USERS, {"q": words})) == ["Amira Khan"]


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("", ["Active One", "Invited One", "Quiet One"]),
        ("active", ["Active One", "Quiet One"]),
        ("invited", ["Invited One"]),
        ("quiet", ["Quiet One"]),
        ("relay", ["Active One"]),
        ("deleted", ["Deleted One"]),
    ],
)
def test_s14_users_are_filtered_by_state(client, admin, state, found):
    now = timezone.now()
    department = admin.department
    make_user(department, name="Active One", allow_relay=True, last_login=now)
    make_user(department, name="Quiet One", last_login=now - dt.timedelta(days=130))
    make_user(department, name="Deleted One", left_at=now)
    invited = make_user(department, name="Invited One")
    invited.set_unusable_password()
    invited.save()

    assert names(client.get(USERS, {"state": state})) == found


def test_s14_those_who_have_not_signed_in_for_long_are_pointed_out(client, admin):
    old = timezone.now() - dt.timedelta(days=130)
    make_user(admin.department, name="Stuart Nicholls", last_login=old)

    page = client.get(USERS).content.decode()

    assert "1 user has not signed in for over 4 months." in page


def test_a_user_has_no_users_page(client):
    client.force_login(make_user())

    assert client.get(USERS).status_code == 403


def test_s35_adding_a_user_sends_an_invitation_and_shows_the_link_once(client, admin, settings):
    settings.EMAIL_IS_SET_UP = False

    response = client.post(reverse("people:user_add"), AMIRA)

    assert response["Location"] == USERS
    person = Person.objects.get(username="phys0423")
    assert (person.is_invited, person.allow_relay, person.parts_per_day_cap) == (True, False, None)
    mail = OutgoingMail.objects.get()
    link = re.search(r"http://localhost:8000/invitation/\S+", mail.body)[0]
    assert mail.to == person.email
    assert link in client.get(USERS).content.decode()
    assert link not in client.get(USERS).content.decode()


def test_where_mail_is_set_up_the_link_is_not_shown(client, admin, settings):
    settings.EMAIL_IS_SET_UP = True

    client.post(reverse("people:user_add"), AMIRA)

    assert "/invitation/" not in client.get(USERS).content.decode()


def test_s15_a_form_with_problems_comes_back_with_all_of_them_and_what_was_typed(client, admin):
    typed = {**AMIRA, "username": "", "email": "amira.khan", "extension": "07700 900142"}

    response = client.post(reverse("people:user_add"), typed)

    assert response.status_code == 422
    assert problems(response) == ["id_username", "id_email", "id_extension"]
    assert 'value="07700 900142"' in response.content.decode()
    assert Person.objects.filter(name="Amira Khan").count() == 0


def test_s68_the_relay_is_a_yes_or_no_that_begins_as_no(client, admin):
    page = client.get(reverse("people:user_add")).content.decode()

    chosen = re.findall(r'<input type="radio" name="allow_relay" value="(\w+)"[^>]*checked', page)
    assert "Allow relay of Email to SMS" in page
    assert chosen == ["False"]


def test_a_daily_limit_is_kept_when_it_is_ticked(client, admin):
    data = {**AMIRA, "is_limited": "on", "parts_per_day_cap": "200"}

    client.post(reverse("people:user_add"), data)

    assert Person.objects.get(username="phys0423").parts_per_day_cap == 200


def test_a_ticked_limit_needs_its_number(client, admin):
    response = client.post(reverse("people:user_add"), {**AMIRA, "is_limited": "on"})

    assert problems(response) == ["id_parts_per_day_cap"]


def test_s16_another_row_is_added_without_script_and_nothing_is_called_wrong(client, admin):
    data = {**AMIRA, **DANIEL, "name": "", "is_generic": "on", "do": "another"}

    response = client.post(reverse("people:user_add"), data)

    assert (response.status_code, problems(response)) == (200, [])
    assert [row["name"].value() for row in response.context["form"].members] == [
        "Daniel Okafor",
        "",
    ]
    assert Person.objects.filter(username="phys0423").count() == 0


def test_s16_a_row_is_removed_without_script(client, admin):
    data = {**AMIRA, **DANIEL, "is_generic": "on", "drop": "0"}

    response = client.post(reverse("people:user_add"), data)

    assert [row["name"].value() for row in response.context["form"].members] == [""]


def test_s16_a_problem_in_a_row_is_shown_at_its_field(client, admin):
    data = {**AMIRA, **DANIEL, "is_generic": "on", "members-0-phone": "07700 900155"}

    response = client.post(reverse("people:user_add"), data)

    assert response.status_code == 422
    assert problems(response) == ["id_members-0-phone"]


def test_s16_a_shared_account_is_saved_and_shown_again(client, admin):
    client.post(reverse("people:user_add"), {**AMIRA, **DANIEL, "is_generic": "on"})
    person = Person.objects.get(username="phys0423")

    page = client.get(reverse("people:user_edit", args=[person.uid])).content.decode()

    assert 'value="Daniel Okafor"' in page
    assert 'value="daniel.okafor@physics.example.ac.uk"' in page


def test_s35_a_user_is_edited(client, admin):
    user = make_user(admin.department, username="phys0423")

    response = client.post(
        reverse("people:user_edit", args=[user.uid]), {**AMIRA, "extension": "70150"}
    )

    assert response.status_code == 302
    assert Person.objects.get(pk=user.pk).extension == "70150"


@pytest.mark.parametrize("deed", ["edit", "delete", "reset"])
def test_a_user_of_another_department_is_no_page(client, admin, deed):
    user = make_user()

    assert client.get(reverse(f"people:user_{deed}", args=[user.uid])).status_code == 404


def test_s34_an_administrator_edits_the_own_details(client, admin):
    address = reverse("people:admin_edit", args=[admin.uid])

    response = client.post(address, {"name": "Gareth Pugh", "extension": "70118"})

    assert response["Location"] == reverse("people:admins")
    admin.refresh_from_db()
    assert admin.extension == "70118"


def test_people_cannot_change_their_own_address_by_any_field(client, admin):
    data = {"name": "Gareth Pugh", "extension": "70118", "email": "x@example.ac.uk"}
    before = admin.email

    client.post(reverse("people:admin_edit", args=[admin.uid]), {**data, "username": "x1admin"})

    admin.refresh_from_db()
    assert (admin.email, admin.username) == (before, "phys0117admin")


def test_s13_a_generic_name_asks_for_a_tick_and_takes_it(client, admin):
    address = reverse("people:admin_edit", args=[admin.uid])
    data = {"name": "Physics Office", "extension": "70117"}

    first = client.post(address, data)
    second = client.post(address, {**data, "is_name_confirmed": "on"})

    assert first.status_code == 422
    assert "This is a person’s name" in first.content.decode()
    assert second.status_code == 302


def test_a_name_that_is_missing_asks_for_no_tick(client, admin):
    address = reverse("people:admin_edit", args=[admin.uid])

    page = client.post(address, {"name": " ", "extension": "70117"}).content.decode()

    assert "Enter the name of the person." in page
    assert "This is a person’s name" not in page


def test_s34_the_details_of_another_administrator_are_not_open(client, admin):
    other = make_admin(admin.department)

    assert client.get(reverse("people:admin_edit", args=[other.uid])).status_code == 403


def test_the_messaging_team_adds_and_edits_an_administrator(client, operator):
    department = make_department("Physics")
    add = reverse("people:department_admin_add", args=[department.uid])
    people = reverse("people:department_people", args=[department.uid])

    added = client.post(add, {**AMIRA, "username": "phys0423admin"})
    person = Person.objects.get(username="phys0423admin")
    edited = client.post(
        reverse("people:admin_edit", args=[person.uid]), {**AMIRA, "email": "a@example.ac.uk"}
    )

    assert (added["Location"], edited["Location"]) == (people, people)
    assert Person.objects.get(pk=person.pk).email == "a@example.ac.uk"
    assert "Amira Khan" in client.get(people).content.decode()


def test_the_messaging_team_adds_a_user(client, operator):
    department = make_department("Physics")

    client.post(reverse("people:department_user_add", args=[department.uid]), AMIRA)

    assert Person.objects.get(username="phys0423").department == department


def test_a_department_admin_has_no_page_of_the_messaging_team(client, admin):
    uid = admin.department.uid

    names = ("department_people", "department_user_add", "department_admin_add")
    answers = [client.get(reverse(f"people:{name}", args=[uid])).status_code for name in names]

    assert answers == [403, 403, 403]


def test_a_new_link_is_sent_from_the_users_page(client, admin):
    client.post(reverse("people:user_add"), AMIRA)
    person = Person.objects.get(username="phys0423")

    client.post(reverse("people:user_invite", args=[person.uid]))

    assert OutgoingMail.objects.filter(to=person.email).count() == 2
