"""The page that sets up a department: everything wrong is said at once, nothing typed is lost."""

import pytest
from django.urls import reverse

from accounts.departments.models import Department
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_department, make_operator, make_user

pytestmark = pytest.mark.django_db

NEW = reverse("opening:new")
TYPED = {
    "name": "Modern Languages Centre",
    "code": "ML0388",
    "kind": "cost_centre",
    "alpha_tag": "LANGUAGES",
    "admin_name": "Eleni Papadaki",
    "admin_username": "modl0231",
    "admin_email": "eleni.papadaki@languages.example.ac.uk",
    "admin_extension": "70391",
    "first_user": "same",
}
KWAME = {
    "first_user": "other",
    "user_name": "Kwame Mensah",
    "user_username": "modl0044",
    "user_email": "kwame.mensah@languages.example.ac.uk",
    "user_extension": "70392",
}


@pytest.fixture
def operator(client):
    client.force_login(make_operator())
    return client


def people_of(department):
    return reverse("people:department_people", args=[department.uid])


def people():
    return sorted(
        Person.objects.exclude(role="operator").values_list("username", "role", "name", "email")
    )


def test_s23_both_usernames_are_made_from_the_single_sign_on_one(operator):
    response = operator.post(NEW, TYPED)

    department = Department.objects.get()
    assert response.headers["Location"] == reverse(
        "people:department_people", args=[department.uid]
    )
    email = TYPED["admin_email"]
    assert people() == [
        ("modl0231", "user", "Eleni Papadaki", email),
        ("modl0231admin", "admin", "Eleni Papadaki", email),
    ]


def test_s23_whoever_types_the_administrators_username_gets_the_same(operator):
    operator.post(NEW, {**TYPED, "admin_username": " MODL0231admin"})
    assert [row[0] for row in people()] == ["modl0231", "modl0231admin"]


def test_the_first_user_may_be_someone_else(operator):
    operator.post(NEW, {**TYPED, **KWAME})
    assert [(row[0], row[2]) for row in people()] == [
        ("modl0044", "Kwame Mensah"),
        ("modl0231admin", "Eleni Papadaki"),
    ]


def test_the_links_are_shown_once_where_mail_is_not_set_up(operator, settings):
    settings.EMAIL_IS_SET_UP = False
    first = operator.post(NEW, TYPED, follow=True).content.decode()
    assert first.count("/invitation/") == 2
    department = Department.objects.get()
    again = operator.get(people_of(department)).content.decode()
    assert "/invitation/" not in again


def test_no_link_is_shown_where_mail_is_set_up(operator, settings):
    settings.EMAIL_IS_SET_UP = True
    page = operator.post(NEW, TYPED, follow=True).content.decode()
    assert "/invitation/" not in page
    assert "We emailed each of them a link to set a password." in page


def test_everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(operator):
    wrong = {
        **TYPED,
        "code": "",
        "alpha_tag": "2LANGUAGES",
        "admin_email": "eleni@gmail.com",
        "admin_extension": "07700 900123",
    }
    response = operator.post(NEW, wrong)

    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == [
        "admin_email",
        "admin_extension",
        "alpha_tag",
        "code",
    ]
    page = response.content.decode()
    for typed in ("Modern Languages Centre", "2LANGUAGES", "eleni@gmail.com", "07700 900123"):
        assert f'value="{typed}"' in page
    assert 'data-rule="first" data-ok="no"' in page
    assert Department.objects.count() == 0


def test_a_username_that_is_missing_or_wrong_is_asked_for_as_on_the_page(operator):
    missing = operator.post(NEW, {**TYPED, "admin_username": ""})
    assert missing.context["form"].errors["admin_username"] == [
        "Enter the username, for example ouit0423."
    ]
    wrong = operator.post(NEW, {**TYPED, "admin_username": "eleni"})
    assert wrong.context["form"].errors["admin_username"] == [
        "eleni is not a single sign-on username: letters, then digits, for example ouit0423."
    ]


def test_a_name_that_is_missing_is_not_asked_to_be_confirmed(operator):
    page = operator.post(NEW, {**TYPED, "admin_name": ""}).content.decode()
    assert "This is a person’s name" not in page


def test_s13_a_name_that_is_not_a_persons_asks_to_be_confirmed(operator):
    wrong = {**TYPED, "admin_name": "Languages Office"}
    response = operator.post(NEW, wrong)
    assert list(response.context["form"].errors) == ["admin_name"]
    assert 'name="admin_is_name_confirmed"' in response.content.decode()

    operator.post(NEW, {**wrong, "admin_is_name_confirmed": "on"})
    assert Department.objects.count() == 1


def test_s24_an_administrator_has_a_university_address(operator):
    response = operator.post(NEW, {**TYPED, "admin_email": "eleni@gmail.com"})
    assert list(response.context["form"].errors) == ["admin_email"]


def test_s27_another_address_of_the_first_user_asks_for_a_reason(operator):
    gmail = {**TYPED, **KWAME, "user_email": "kwame@gmail.com"}
    assert list(operator.post(NEW, gmail).context["form"].errors) == ["user_other_domain_reason"]

    operator.post(NEW, {**gmail, "user_other_domain_reason": "Email to SMS comes from it."})
    assert Person.objects.get(username="modl0044").other_domain_reason == (
        "Email to SMS comes from it."
    )


def test_s72_a_department_cannot_be_opened_without_an_alpha_tag(operator):
    response = operator.post(NEW, {**TYPED, "alpha_tag": ""})
    assert list(response.context["form"].errors) == ["alpha_tag"]
    assert Department.objects.count() == 0


def test_a_name_that_is_taken_is_said_beside_the_name(operator):
    make_department("Modern Languages Centre")
    response = operator.post(NEW, TYPED)
    assert list(response.context["form"].errors) == ["name"]


def test_pressing_twice_opens_one_department(operator):
    operator.post(NEW, TYPED)
    assert operator.post(NEW, TYPED).status_code == 422
    assert Department.objects.count() == 1


@pytest.mark.parametrize("make", [make_user, make_admin])
def test_only_the_messaging_team_sees_the_page(client, make):
    client.force_login(make())
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, TYPED).status_code == 403
    assert Department.objects.filter(name=TYPED["name"]).count() == 0
