"""The question on a page: reading changes nothing, the button does."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from accounts.renewals import calendar, queries, services
from accounts.renewals.models import Renewal
from accounts.tests.make import make_admin, make_department, make_operator, make_user

pytestmark = pytest.mark.django_db

LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
OWN = reverse("renewals:own")


@pytest.fixture
def admin():
    return make_admin(make_department("Physics", created_at=LONG_AGO))


@pytest.fixture
def year():
    return queries.coming_year(timezone.now())


def mailed_address(year):
    stage = calendar.stages(year)[0]
    services.mail_due(now=dt.datetime.combine(stage.on, dt.time(9), dt.UTC))
    return re.search(r"http://localhost:8000(/renewal/\S+)", OutgoingMail.objects.get().body)[1]


def answers():
    return list(Renewal.objects.values_list("answer", flat=True))


def test_opening_the_mailed_link_changes_nothing(client, admin, year):
    address = mailed_address(year)

    for _ in range(2):
        page = client.get(address)
        assert (page.status_code, "Cancel with 31 July" in page.text) == (200, True)
    client.head(address)

    assert answers() == [""]


def test_one_click_on_the_page_of_the_link_answers_without_signing_in(client, admin, year):
    address = mailed_address(year)

    page = client.post(address, {"answer": "cancelled"}, follow=True)

    assert "Physics" in page.text
    assert "It is still needed after all" in page.text
    renewal = Renewal.objects.get()
    assert (renewal.answer, renewal.answered_by_name) == ("cancelled", admin.audit_name)

    client.post(address, {"answer": "needed"})
    assert answers() == ["needed"]


@pytest.mark.parametrize("said", ["", "maybe"])
def test_neither_of_the_two_is_no_answer(client, admin, year, said):
    address = mailed_address(year)

    assert client.post(address, {"answer": said}).status_code == 422
    assert answers() == [""]


def test_a_link_that_was_changed_is_over(client, admin, year):
    address = mailed_address(year)

    assert client.get(address[:-3] + "xx/").status_code == 410
    assert client.post(address[:-3] + "xx/", {"answer": "cancelled"}).status_code == 410
    assert answers() == [""]


def test_an_administrator_answers_signed_in(client, admin):
    client.force_login(admin)

    assert "It is still needed" in client.get(OWN).text
    client.post(OWN, {"answer": "cancelled"})

    assert answers() == ["cancelled"]
    users = client.get(reverse("people:users")).text
    assert "Physics ends on 31 July" in users
    assert OWN in client.get(reverse("people:admins")).text


def test_the_messaging_team_answers_for_whoever_wrote_to_it(client, admin):
    client.force_login(make_operator(name="Tomasz"))
    address = reverse("renewals:department", args=[admin.department.uid])

    client.post(address, {"answer": "cancelled"})

    assert Renewal.objects.get().answered_by_name.startswith("Tomasz")
    shown = client.get(reverse("renewals:list") + "?show=cancelled").text
    assert "Physics" in shown
    assert "Physics" not in client.get(reverse("renewals:list") + "?show=none").text


def test_a_user_has_no_say(client, admin):
    client.force_login(make_user(admin.department))

    assert client.post(OWN, {"answer": "cancelled"}).status_code == 403
    assert answers() == []


# ---------------------------------------------------------------- not signed in for a year


def away(department, **fields):
    return make_user(department, created_at=LONG_AGO, **fields)


@pytest.fixture
def listed(client, admin):
    client.force_login(admin)
    away(admin.department, name="Gone Longago")
    away(admin.department, name="Also Gone")
    away(admin.department, name="Still Here", last_login=timezone.now())
    return client


USERS = reverse("people:users")
LEAVE = reverse("people:users_leave")


def names(**where):
    return sorted(Person.objects.users().filter(**where).values_list("name", flat=True))


def test_who_has_not_signed_in_for_a_year_is_counted_and_listed(listed):
    text = listed.get(USERS).text
    assert "2 users have not signed in for a year" in text

    shown = listed.get(USERS + "?state=year").text
    assert ("Gone Longago" in shown, "Also Gone" in shown) == (True, True)
    assert "Still Here" not in shown


def test_those_ticked_are_shown_once_more_and_then_deleted_in_one_go(listed):
    picked = [str(person.uid) for person in Person.objects.users()]

    page = listed.post(LEAVE, {"pick": picked})
    assert "Delete 2 accounts?" in page.text
    assert "Still Here" not in page.text
    assert names(left_at__isnull=True) == ["Also Gone", "Gone Longago", "Still Here"]

    listed.post(LEAVE, {"pick": picked, "confirmed": "1"})
    assert names(left_at__isnull=True) == ["Still Here"]


def test_nobody_ticked_is_nobody_deleted(listed):
    other = away(make_department(), name="Elsewhere")
    for pick in ([], ["rubbish"], [str(other.uid)]):
        assert listed.post(LEAVE, {"pick": pick, "confirmed": "1"}).status_code == 422

    assert names(left_at__isnull=False) == []
