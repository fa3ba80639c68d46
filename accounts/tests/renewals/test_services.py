"""Departments are asked once a stage, silence renews, and who cancels ends with the year."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.departments import services as departments
from accounts.departments.models import Department
from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from accounts.renewals import queries, services
from accounts.renewals.models import Answer, Renewal
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import LONDON

pytestmark = pytest.mark.django_db

YEAR = dt.date(2026, 8, 1)
LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def at(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), LONDON)


@pytest.fixture
def physics():
    return make_department("Physics", created_at=LONG_AGO)


@pytest.fixture
def admin(physics):
    return make_admin(physics, name="Rosalind Pemberton", username="phys0077admin")


JUNE = at("2026-06-10")


def say(department, answer, by, now=JUNE):
    return services.answer(
        department=department, year_begins_on=YEAR, answer=Answer(answer), by=by, now=now
    )


def subjects():
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


def lines():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "words"))


# ---------------------------------------------------------------- mail


def test_every_stage_is_mailed_once_to_each_administrator(admin, physics):
    make_admin(physics, name="Second")
    make_user(physics)

    sent = [
        services.mail_due(now=at(day))
        for day in ("2026-05-31", "2026-06-01", "2026-06-02", "2026-07-01", "2026-07-01",
                    "2026-07-18", "2026-07-31", "2026-08-01")
    ]  # fmt: skip

    assert sent == [0, 2, 0, 2, 0, 2, 0, 0]
    question = "the SMS service still needed from 1 August 2026?"
    assert subjects()[::2] == [
        f"Is {question}",
        f"Reminder: is {question}",
        f"Last reminder: is {question}",
    ]
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == set(
        Person.objects.admins().values_list("email", flat=True)
    )


def test_a_stage_begins_at_midnight_in_london(admin):
    assert services.mail_due(now=dt.datetime(2026, 5, 31, 22, 59, tzinfo=dt.UTC)) == 0
    assert services.mail_due(now=dt.datetime(2026, 5, 31, 23, 0, tzinfo=dt.UTC)) == 1


def test_the_year_begins_as_the_setting_says(admin, settings):
    settings.FINANCIAL_YEAR_STARTS = (4, 6)

    assert services.mail_due(now=at("2027-02-05")) == 0
    assert services.mail_due(now=at("2027-02-06")) == 1
    assert "from 6 April 2027" in subjects()[0]


@pytest.mark.parametrize("answer", ["needed", "cancelled"])
def test_who_has_answered_is_not_reminded(admin, physics, answer):
    services.mail_due(now=at("2026-06-01"))
    say(physics, answer, admin)

    assert services.mail_due(now=at("2026-07-01")) == 0


def test_new_and_closed_departments_are_not_asked():
    new = make_admin(make_department(created_at=at("2026-06-01", 1)))
    closed = make_admin(make_department(created_at=LONG_AGO, closed_at=LONG_AGO))
    gone = make_admin(make_department(created_at=LONG_AGO), left_at=LONG_AGO)

    assert services.mail_due(now=at("2026-07-01")) == 0
    assert {new.department.renewals.count(), closed.department.renewals.count()} == {0}
    assert gone.department.renewals.get().mailed_count == 2


def test_the_mail_says_who_has_not_signed_in_for_a_year(admin, physics):
    now = at("2026-06-01")
    make_user(physics, last_login=now - dt.timedelta(days=366), created_at=LONG_AGO)
    make_user(physics, created_at=LONG_AGO)
    make_user(physics, last_login=now - dt.timedelta(days=364), created_at=LONG_AGO)
    make_user(physics, created_at=LONG_AGO, left_at=LONG_AGO)
    make_user(make_department(), created_at=LONG_AGO)

    services.mail_due(now=now)

    body = OutgoingMail.objects.get().body
    assert "3 people can send. 2 of them have not signed in for a year." in body
    assert "/users/?state=year" in body


def test_many_departments_are_mailed_in_few_questions(django_assert_max_num_queries):
    for _ in range(30):
        make_admin(make_department(created_at=LONG_AGO))

    with django_assert_max_num_queries(20):
        services.mail_due(now=at("2026-06-01"))

    assert OutgoingMail.objects.count() == 30


# ---------------------------------------------------------------- answers


def test_s40_silence_renews(physics):
    assert queries.is_renewed(physics, YEAR)
    assert queries.cancelled_ids(YEAR) == set()


def test_s42_who_cancels_is_not_renewed_and_others_are(admin, physics):
    other = make_admin(make_department(created_at=LONG_AGO))
    say(physics, "cancelled", admin)
    say(other.department, "needed", other)

    assert queries.cancelled_ids(YEAR) == {physics.pk}
    assert not queries.is_renewed(physics, YEAR)
    assert queries.is_renewed(other.department, YEAR)
    assert queries.is_renewed(physics, dt.date(2027, 8, 1))
    assert lines() == [
        ("renewals.cancelled", "Cancelled Physics: it ends on 31 July 2026."),
        ("renewals.needed", f"{other.department} is still needed in the year from 1 August 2026."),
    ]


def test_a_cancellation_is_taken_back_until_the_year_ends(admin, physics):
    say(physics, "cancelled", admin)
    say(physics, "needed", admin, at("2026-07-31", 23))

    assert queries.is_renewed(physics, YEAR)
    with pytest.raises(Refused, match="The year has begun on 1 August 2026"):
        say(physics, "cancelled", admin, at("2026-08-01", 0))


def test_the_same_answer_twice_is_one_line_and_keeps_the_first(admin, physics):
    second = make_admin(physics)
    say(physics, "needed", admin, at("2026-06-10"))
    say(physics, "needed", second, at("2026-06-11"))

    renewal = Renewal.objects.get()
    assert (renewal.answered_by_name, renewal.answered_at) == (admin.audit_name, at("2026-06-10"))
    assert len(lines()) == 1


def test_only_its_administrators_and_the_team_answer_for_a_department(admin, physics):
    with pytest.raises(Refused, match="not your department"):
        say(physics, "cancelled", make_admin())
    for nobody in (make_user(physics), make_finance()):
        with pytest.raises(PermissionDenied):
            say(physics, "cancelled", nobody)

    say(physics, "cancelled", make_operator())
    assert queries.cancelled_ids(YEAR) == {physics.pk}


def test_the_database_keeps_one_answer_a_year_with_its_time(physics):
    Renewal.objects.create(department=physics, year_begins_on=YEAR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.create(department=physics, year_begins_on=YEAR)
    for facts in ({"answer": "needed"}, {"answered_at": LONG_AGO}, {"closed_at": LONG_AGO}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Renewal.objects.update(**facts)


# ---------------------------------------------------------------- the end


def is_open(department):
    return Department.objects.get(pk=department.pk).is_open


def test_s42_who_cancelled_is_closed_when_the_year_is_over_and_not_before(admin, physics):
    make_admin(make_department(created_at=LONG_AGO))  # says nothing, so it goes on
    say(physics, "cancelled", admin)

    assert services.close_cancelled(now=at("2026-07-31", 23)) == 0
    assert is_open(physics)
    assert services.close_cancelled(now=at("2026-08-01", 0)) == 1

    assert Department.objects.filter(closed_at__isnull=True).count() == 1
    assert not is_open(physics)
    assert not Person.objects.get(pk=admin.pk).is_active
    closed = AuditEvent.objects.get(verb="departments.closed")
    assert (closed.actor_name, closed.department_id) == ("SMS Portal", physics.pk)


def test_a_department_that_is_opened_again_stays_open(admin, physics):
    say(physics, "cancelled", admin)
    services.close_cancelled(now=at("2026-08-01"))
    departments.reopen(department=physics, by=make_operator(), now=at("2026-08-02"))

    assert services.close_cancelled(now=at("2026-08-03")) == 0
    assert is_open(physics)


def test_one_that_was_closed_by_hand_is_left_as_it_is(admin, physics):
    say(physics, "cancelled", admin)
    departments.close(department=physics, by=make_operator(), now=at("2026-07-01"))

    services.close_cancelled(now=at("2026-08-01"))

    assert Department.objects.get(pk=physics.pk).closed_at == at("2026-07-01")
    assert AuditEvent.objects.filter(verb="departments.closed").count() == 1


# ---------------------------------------------------------------- the link


def test_a_link_is_its_administrators_until_the_year_begins(admin):
    token = queries.link_token(admin, YEAR)

    assert queries.link_of(token, at("2026-07-31", 23)) == queries.Link(admin, YEAR)
    assert queries.link_of(token, at("2026-08-01", 0)) is None
    assert queries.link_of(token + "x", at("2026-06-10")) is None
    assert queries.link_of("", at("2026-06-10")) is None
    Person.objects.filter(pk=admin.pk).update(left_at=LONG_AGO)
    assert queries.link_of(token, at("2026-06-10")) is None


def test_the_team_sees_who_has_answered(admin, physics):
    silent, closed = make_department("Astro"), make_department("Closed", closed_at=LONG_AGO)
    say(physics, "cancelled", admin)
    services.close_cancelled(now=at("2026-08-01"))

    team = make_operator()
    rows = [(each.name, each.answer) for each in queries.answers(team, YEAR)]
    assert rows == [("Astro", ""), ("Physics", "cancelled")]
    assert queries.answer_counts(team, YEAR) == {"none": 1, "needed": 0, "cancelled": 1}
    assert (silent.is_open, closed.is_open) == (True, False)
