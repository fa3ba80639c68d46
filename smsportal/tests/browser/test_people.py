"""The pages of accounts in a real browser: looked at by axe, used with and without script."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.people import services
from accounts.people.models import Person
from accounts.tests.make import PASSWORD, make_admin, make_department, make_operator, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1280, "light"), (390, "dark")]


@pytest.fixture
def department():
    return make_department("Physics")


@pytest.fixture
def admin(department):
    return make_admin(department, username="phys0423admin", name="Amira Khan")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_administrators_pages(open_page, axe, admin, width, theme):
    user = make_user(admin.department, username="phys0423", name="Amira Khan")
    page = open_page(admin, width, theme)
    deeds = [
        reverse(f"people:user_{deed}", args=[user.uid]) for deed in ("edit", "delete", "reset")
    ]
    names = ("users", "user_add", "user_import", "admins", "profile", "switch")

    found = {}
    for address in (*map(reverse, [f"people:{name}" for name in names]), *deeds):
        page.goto(address)
        found[address] = axe(page)

    assert [found[address] for address in found if found[address]] == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_messaging_teams_pages(open_page, axe, admin, width, theme):
    page = open_page(make_operator(), width, theme)
    uid = admin.department.uid
    names = ("department_people", "department_user_add", "department_admin_add")

    found = []
    for address in (
        *(reverse(f"people:{name}", args=[uid]) for name in names),
        reverse("people:admin_edit", args=[admin.uid]),
        reverse("people:admin_reset", args=[admin.uid]),
        reverse("people:second_step"),
    ):
        page.goto(address)
        found += [(address, problem) for problem in axe(page)]

    assert found == []


@pytest.mark.parametrize("script", [True, False])
def test_a_shared_account_is_added_and_its_person_chooses_a_password(
    open_page, admin, settings, script
):
    settings.EMAIL_IS_SET_UP = False
    page = open_page(admin, script=script)
    page.goto(reverse("people:users"))
    page.get_by_role("link", name="Add user").first.click()
    page.get_by_label("Name", exact=True).fill("Physics Workshop")
    page.get_by_label("Username", exact=True).fill("phys0600")
    page.get_by_label("Email", exact=True).fill("workshop@physics.example.ac.uk")
    page.get_by_label("University extension").fill("07700 900142")
    page.get_by_label("Several people use this account").check()
    page.get_by_label("Name, person 1", exact=True).fill("Daniel Okafor")
    page.get_by_label("Username, person 1", exact=True).fill("phys0388")
    page.get_by_label("University email, person 1", exact=True).fill(
        "d.okafor@physics.example.ac.uk"
    )
    page.get_by_label("Extension, person 1", exact=True).fill("70155")
    page.get_by_role("button", name="Add another person").click()
    page.get_by_label("Name, person 2", exact=True).fill("Megan Lloyd")
    page.get_by_role("button", name="Remove person 2").click()
    page.get_by_role("button", name="Add user").click()
    page.get_by_text("07700 900142 is a mobile number.").first.wait_for()
    page.get_by_label("University extension").fill("70142")
    page.get_by_role("button", name="Add user").click()
    link = page.locator("#link-1").inner_text()

    stranger = open_page(script=script)
    stranger.goto(link.removeprefix("http://localhost:8000"))
    stranger.get_by_label("Password").fill("seven purple umbrellas")
    stranger.get_by_role("button", name="Save and sign in").click()
    stranger.get_by_text("Physics Workshop").first.wait_for(state="attached")

    person = Person.objects.get(username="phys0600")
    assert list(person.members.values_list("name", flat=True)) == ["Daniel Okafor"]
    assert person.check_password("seven purple umbrellas")


def test_one_signs_in_switches_and_comes_back_with_one_click(open_page, admin):
    make_user(admin.department, username="phys0423", name="Amira Khan")
    page = open_page()
    page.goto(reverse("account_login"))
    page.get_by_label("Username").fill("phys0423")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(reverse("people:profile"))
    page.get_by_role("button", name="Switch", exact=True).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Switch", exact=True).click()
    page.get_by_role("heading", name="Users").wait_for()

    page.get_by_text("Amira Khan").first.click()
    page.get_by_role("button", name=re.compile("Switch to")).first.click()
    page.goto(reverse("people:profile"))

    assert "phys0423" in page.locator("dl.summary").first.inner_text()
    assert "phys0423admin" not in page.locator("dl.summary").first.inner_text()
    assert page.get_by_text("This one").count() == 1


def test_pages_of_a_link(open_page, axe, admin):
    user = make_user(admin.department)
    user.set_unusable_password()
    user.save()
    link = services.invite(person=user, by=admin, now=timezone.now())
    page = open_page()

    found = []
    for address in (
        link.removeprefix("http://localhost:8000"),
        reverse("people:invitation", args=["nothing"]),
    ):
        page.goto(address)
        found += axe(page)

    assert found == []
