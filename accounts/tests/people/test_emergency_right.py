"""The right to send emergency texts: given by the department's administrator, person by person."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.people import services
from accounts.people.details import Details
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_department, make_operator, make_user

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
AMIRA = {
    "username": "phys0423",
    "name": "Amira Khan",
    "email": "amira.khan@physics.example.ac.uk",
    "extension": "70142",
}
FORM = {**AMIRA, "allow_relay": "False", "members-TOTAL_FORMS": "1"}


def add_user(by, **fields):
    return services.add_user(
        **{"department": by.department or make_department(), **AMIRA, "by": by, "now": NOW},
        **fields,
    )


def test_it_is_off_until_the_administrator_allows_it_and_the_trail_says_so():
    admin = make_admin()
    user = add_user(admin)
    assert not user.may("send_emergency")

    for allow, words in ((True, "from No to Yes"), (False, "from Yes to No")):
        details = Details(**AMIRA, allow_emergency=allow)
        services.edit_user(person=user, details=details, by=admin, now=NOW)

        assert user.may("send_emergency") is allow
        assert AuditEvent.objects.latest("pk").words == (
            f"Changed Amira Khan (phys0423): emergency texts {words}."
        )


@pytest.mark.parametrize("make_other", [make_operator, make_admin])
def test_only_the_departments_own_administrator_allows_it(make_other):
    user = add_user(make_admin())
    details = Details(**AMIRA, allow_emergency=True)

    with pytest.raises(PermissionDenied):
        services.edit_user(person=user, details=details, by=make_other(), now=NOW)

    assert not Person.objects.filter(allow_emergency=True).exists()


def test_the_messaging_team_adds_nobody_with_it():
    with pytest.raises(PermissionDenied):
        add_user(make_operator(), allow_emergency=True)


@pytest.mark.parametrize("field", ["frozen_at", "closed_at"])
def test_nobody_of_a_stopped_department_has_it(field):
    user = make_user(make_department(**{field: NOW}), allow_emergency=True)

    assert not user.may("send_emergency")


def test_an_administrator_cannot_have_it():
    with pytest.raises(IntegrityError):
        make_admin(allow_emergency=True)


def test_whoever_leaves_loses_it_and_comes_back_without_it():
    admin = make_admin()
    user = make_user(admin.department, allow_emergency=True)
    services.remove_person(person=user, by=admin, now=NOW)

    restored = services.restore_person(person=user, by=admin, now=NOW + dt.timedelta(days=1))

    assert not restored.may("send_emergency")


def test_the_administrator_says_yes_on_the_users_page_and_the_list_shows_it(client):
    admin = make_admin()
    user = add_user(admin)
    client.force_login(admin)
    address = reverse("people:user_edit", args=[user.uid])
    assert "Allow emergency texts" in client.get(address).content.decode()

    client.post(address, {**FORM, "allow_emergency": "True"})

    user.refresh_from_db()
    assert user.allow_emergency
    listed = client.get(reverse("people:users"), {"state": "emergency"})
    assert [person.pk for person in listed.context["page"]] == [user.pk]
    assert '<span class="tag">Emergency</span>' in listed.content.decode()


def test_the_messaging_team_sees_it_cannot_give_it_and_does_not_take_it_by_mistake(client):
    user = add_user(make_admin(), allow_emergency=True)
    client.force_login(make_operator())
    address = reverse("people:user_edit", args=[user.uid])
    page = client.get(address).content.decode()
    assert "Allow emergency texts" not in page
    assert "allows them to send emergency texts" in page

    client.post(address, {**FORM, "extension": "70155", "allow_emergency": "False"})

    user.refresh_from_db()
    assert (user.extension, user.allow_emergency) == ("70155", True)
