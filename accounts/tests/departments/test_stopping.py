"""Freezing stops sending; closing stops everything but keeps the history."""

import pytest

from accounts.departments import queries, services, signals
from accounts.departments.models import Department
from accounts.tests.departments.asking import (
    NOW,
    do,
    lines,
    refusal,
)
from accounts.tests.make import (
    make_admin,
    make_department,
    make_operator,
    make_user,
)

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- freezing


def test_freezing_says_when_and_why_and_is_undone():
    department = make_department("Physics")

    do(services.freeze, department, reason="A list went to the wrong people.")
    department.refresh_from_db()
    assert (department.frozen_at, department.status) == (NOW, "frozen")
    assert department.frozen_reason == "A list went to the wrong people."

    do(services.unfreeze, department)
    department.refresh_from_db()
    assert (department.frozen_at, department.frozen_reason) == (None, "")
    assert lines() == [
        (
            "departments.frozen",
            "Froze sending for Physics: A list went to the wrong people.",
        ),
        ("departments.unfrozen", "Let Physics send again."),
    ]


def test_freezing_needs_a_reason():
    assert refusal(do, services.freeze, make_department(), reason="  ")[0] == "reason"


def test_who_freezes_second_does_not_overwrite_the_first_reason():
    department = make_department("Physics")
    do(services.freeze, department, reason="First.")

    assert refusal(do, services.freeze, department, reason="Second.")[1] == (
        "Physics is frozen or closed already."
    )
    assert Department.objects.get().frozen_reason == "First."


# ---------------------------------------------------------------- closing


@pytest.fixture
def heard():
    """What the other wings hear of closing."""
    calls = []

    def hear(sender, **said):
        said.pop("signal")
        calls.append(said)

    signals.department_closed.connect(hear)
    yield calls
    signals.department_closed.disconnect(hear)


def test_closing_tells_the_other_wings_once(heard):
    department, operator = make_department("Physics"), make_operator()

    services.close(department=department, by=operator, now=NOW)

    assert heard == [{"department": department, "by": operator, "now": NOW}]
    assert refusal(do, services.close, department)[1] == "Physics is closed already."
    assert len(heard) == 1
    assert lines() == [("departments.closed", "Closed Physics PH0123.")]


def test_a_wing_that_cannot_stop_its_work_keeps_the_department_open():
    department = make_department()

    def fail(sender, **said):
        raise RuntimeError("cannot stop")

    signals.department_closed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            do(services.close, department)
    finally:
        signals.department_closed.disconnect(fail)

    assert Department.objects.get().is_open
    assert lines() == []


def test_the_people_of_a_closed_department_cannot_sign_in_until_it_is_reopened():
    department = make_department("Physics")
    user, admin = make_user(department), make_admin(department)
    elsewhere = make_user()

    do(services.close, department)
    assert [type(p).objects.get(pk=p.pk).is_active for p in (user, admin, elsewhere)] == [
        False,
        False,
        True,
    ]

    do(services.reopen, department)
    assert type(user).objects.get(pk=user.pk).is_active
    assert lines()[-1] == ("departments.reopened", "Reopened Physics PH0123.")


def test_what_closing_touches_is_said_before():
    department = make_department()

    def answer(sender, department, **said):
        return [(3, "scheduled messages", "are stopped"), (0, "keywords", "are given up")]

    signals.what_closing_touches.connect(answer)
    try:
        touched = queries.what_closing_does(department)
    finally:
        signals.what_closing_touches.disconnect(answer)

    assert (3, "scheduled messages", "are stopped") in touched
    assert all(count for count, _, _ in touched)
