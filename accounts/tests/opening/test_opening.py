"""S21: one department, one administrator and one user, all of them or none."""

import dataclasses
import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.departments.models import CodeKind, Department
from accounts.mail.models import OutgoingMail
from accounts.opening import services
from accounts.people.details import Details
from accounts.people.errors import DetailsRefused
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
ELENI = Details(
    username="modl0231",
    name="Eleni Papadaki",
    email="eleni.papadaki@languages.example.ac.uk",
    extension="70391",
)
ADMIN = dataclasses.replace(ELENI, username="modl0231admin")


def open_department(**fields):
    return services.open_department(
        **{
            "name": "Modern Languages Centre",
            "code": "ML0388",
            "kind": CodeKind.COST_CENTRE,
            "alpha_tag": "LANGUAGES",
            "admin": ADMIN,
            "user": ELENI,
            "by": make_operator(),
            "now": NOW,
            **fields,
        }
    )


def everything():
    return (
        Department.objects.count(),
        Person.objects.exclude(role="operator").count(),
        AuditEvent.objects.count(),
        OutgoingMail.objects.count(),
    )


def test_s21_exactly_one_department_one_admin_and_one_user_are_made():
    opened = open_department()

    assert Department.objects.get() == opened.department
    assert list(
        opened.department.people.order_by("role").values_list("username", "role", "name")
    ) == [
        ("modl0231admin", "admin", "Eleni Papadaki"),
        ("modl0231", "user", "Eleni Papadaki"),
    ]
    assert sorted(AuditEvent.objects.values_list("verb", "department_id")) == sorted(
        (verb, opened.department.pk)
        for verb in (
            "departments.opened",
            "templates.added",
            "admins.added",
            "users.added",
            "admins.invited",
            "users.invited",
        )
    )


def test_both_are_invited_by_mail_each_with_a_link_of_their_own():
    opened = open_department()

    assert list(opened.links) == [
        "Eleni Papadaki (modl0231admin)",
        "Eleni Papadaki (modl0231)",
    ]
    bodies = "".join(OutgoingMail.objects.filter(to=ELENI.email).values_list("body", flat=True))
    assert [bodies.count(link) for link in set(opened.links.values())] == [1, 1]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": ""}, Refused),
        ({"code": ""}, Refused),
        ({"alpha_tag": ""}, Refused),
        ({"alpha_tag": "2LANGUAGES"}, Refused),
        ({"admin": dataclasses.replace(ADMIN, email="eleni@gmail.com")}, DetailsRefused),
        ({"admin": dataclasses.replace(ADMIN, extension="07700 900123")}, DetailsRefused),
        ({"user": dataclasses.replace(ELENI, username="x")}, DetailsRefused),
        ({"user": dataclasses.replace(ELENI, email="")}, DetailsRefused),
    ],
)
def test_s21_what_is_wrong_with_one_of_the_three_makes_none_of_them(wrong, error):
    with pytest.raises(error):
        open_department(**wrong)

    assert everything() == (0, 0, 0, 0)


def test_s21_a_username_that_is_taken_makes_none_of_the_three():
    other = make_user(username="modl0231")

    with pytest.raises(DetailsRefused) as refused:
        open_department()

    assert [problem.field for problem in refused.value.problems] == ["username"]
    assert Department.objects.get() == other.department
    assert Person.objects.filter(username="modl0231admin").count() == 0


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_only_the_messaging_team_opens_departments(make):
    by = make()
    before = Department.objects.count()
    with pytest.raises(PermissionDenied):
        open_department(by=by)
    assert Department.objects.count() == before
