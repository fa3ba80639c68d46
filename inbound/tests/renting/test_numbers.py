"""Renting a virtual number to a user, and what becomes of it when somebody goes."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.departments.queries import what_closing_does
from accounts.departments.services import close
from accounts.people.queries import touched_by_leaving
from accounts.people.services.leaving import remove_person
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from inbound.keywords.models import Keyword
from inbound.renting.services import give_back, rent
from inbound.tests.make import NUMBER, come_in, from_phone, make_keyword, make_number
from messaging.senders.models import Sender
from messaging.tests.make import NOW
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return make_operator()


def test_a_number_is_one_users_with_what_happens_to_its_texts(operator):
    user = make_user()

    rent(number="07700 900950", person=user, by=operator, now=NOW)

    sender = Sender.objects.get()
    assert (sender.number, sender.person, sender.created_at) == (NUMBER, user, NOW)
    assert sender.handling.emails == []
    [text] = come_in(from_phone("hello", to=NUMBER))
    assert text.place == "number"
    assert AuditEvent.objects.get(verb="numbers.rented").department_id == user.department_id


@pytest.mark.parametrize("number", ["", "01632 960001", "81025", "0770090"])
def test_what_is_no_mobile_number_is_refused(operator, number):
    with pytest.raises(Refused) as refused:
        rent(number=number, person=make_user(), by=operator, now=NOW)

    assert refused.value.field == "id_number"


def test_a_number_is_rented_to_one_user_at_a_time(operator):
    make_number(make_user(name="Amira Khan"))

    with pytest.raises(Refused, match="is rented to Amira Khan"):
        rent(number=NUMBER, person=make_user(), by=operator, now=NOW)


def test_a_number_that_was_given_back_rests_for_ninety_days(operator):
    sender = make_number(make_user())
    give_back(sender=sender, by=operator, now=NOW)

    with pytest.raises(Refused, match="07700 900950 rests until .* late replies"):
        rent(number=NUMBER, person=make_user(), by=operator, now=NOW + dt.timedelta(days=89))

    again = NOW + dt.timedelta(days=90)
    assert rent(number=NUMBER, person=make_user(), by=operator, now=again).released_at is None


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (make_admin, "is not a user"),
        (make_operator, "is not a user"),
        (lambda: make_user(left_at=NOW), "has left"),
        (lambda: make_user(make_department(closed_at=NOW)), "is closed"),
    ],
)
def test_only_a_user_who_can_sign_in_gets_one(operator, make, why):
    with pytest.raises(Refused, match=why):
        rent(number=NUMBER, person=make(), by=operator, now=NOW)


def test_only_the_messaging_team_rents_and_takes_back():
    user = make_user()
    sender = make_number(user)

    with pytest.raises(PermissionDenied):
        rent(number="07700 900951", person=user, by=make_admin(), now=NOW)
    with pytest.raises(PermissionDenied):
        give_back(sender=sender, by=user, now=NOW)


def test_a_user_who_leaves_gives_the_number_back_whoever_takes_over():
    department = make_department()
    admin, user, heir = make_admin(department), make_user(department), make_user(department)
    make_number(user)
    assert ("virtual number to be given back", 1) in touched_by_leaving(user)

    remove_person(person=user, by=admin, heir=heir, now=NOW)

    assert Sender.objects.get().released_at == NOW
    assert "has left" in AuditEvent.objects.get(verb="numbers.taken_back").words


def test_a_department_that_closes_gives_back_its_numbers_and_keywords(operator):
    department = make_department()
    make_number(make_user(department))
    make_keyword("CHORUS", department)
    make_keyword("OPENDAY", department)
    assert {(2, "keywords", "are given back"), (1, "virtual number", "is given back")} <= set(
        what_closing_does(department)
    )

    close(department=department, by=operator, now=NOW)

    assert not Keyword.objects.live().exists()
    assert Sender.objects.get().released_at == NOW
