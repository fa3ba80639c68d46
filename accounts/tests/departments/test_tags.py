"""An Alpha tag with the networks: requested, registered, blocked."""

import pytest

from accounts.departments import queries, services
from accounts.departments.models import TagState
from accounts.tests.departments.asking import NOW, add, do, lines, tag_of
from accounts.tests.make import (
    make_department,
)

pytestmark = pytest.mark.django_db


def test_a_tag_is_requested_then_registered_then_may_be_blocked():
    department = add()
    assert tag_of(department) == ("PHYSICS", "requested", "")

    do(services.set_alpha_tag_state, department, state=TagState.REGISTERED)
    assert tag_of(department) == ("PHYSICS", "registered", "")

    do(services.set_alpha_tag_state, department, state=TagState.BLOCKED)
    assert tag_of(department) == ("PHYSICS", "blocked", "")
    assert [verb for verb, _ in lines()] == [
        "departments.opened",
        "departments.alpha_tag_registered",
        "departments.alpha_tag_blocked",
    ]


def test_a_registered_tag_is_used_until_the_new_one_is_registered():
    department = make_department("Physics", alpha_tag_state="registered")

    do(services.set_alpha_tag, department, tag="OXPHYSICS")
    assert tag_of(department) == ("PHYSICS", "registered", "OXPHYSICS")

    do(services.set_alpha_tag_state, department, state=TagState.REGISTERED)
    assert tag_of(department) == ("OXPHYSICS", "registered", "")
    assert [words for _, words in lines()] == [
        "Asked for the Alpha tag OXPHYSICS for Physics. "
        "Texts come from PHYSICS until it is registered.",
        "Recorded that the Alpha tag OXPHYSICS of Physics is Registered.",
    ]


def test_a_new_tag_that_is_blocked_leaves_the_registered_one():
    department = make_department("Physics", alpha_tag_state="registered")
    do(services.set_alpha_tag, department, tag="OXPHYSICS")

    do(services.set_alpha_tag_state, department, state=TagState.BLOCKED)

    assert tag_of(department) == ("PHYSICS", "registered", "")
    assert lines()[-1][1].endswith("is Blocked. Texts still come from PHYSICS.")


@pytest.mark.parametrize("state", ["requested", "blocked"])
def test_a_tag_that_was_never_registered_is_replaced_at_once(state):
    department = make_department(alpha_tag_state=state)

    do(services.set_alpha_tag, department, tag="OXPHYSICS")

    assert tag_of(department) == ("OXPHYSICS", "requested", "")


def test_asking_for_the_old_tag_again_drops_the_new_one():
    department = make_department(alpha_tag_state="registered")
    do(services.set_alpha_tag, department, tag="OXPHYSICS")

    do(services.set_alpha_tag, department, tag="PHYSICS")

    assert tag_of(department) == ("PHYSICS", "registered", "")


def test_a_tag_that_another_department_uses_is_a_warning():
    make_department("Chemistry", alpha_tag="SCIENCE")
    make_department("Zoology", alpha_tag="ZOO", next_alpha_tag="SC1ENCE")
    make_department("Alchemy", alpha_tag="SCIENCE", closed_at=NOW)

    department = add(alpha_tag="science")

    assert queries.tag_warnings("science", department) == [
        "science looks like SC1ENCE, which another department uses",
        "Another department already texts as SCIENCE",
    ]
    assert queries.tag_warnings("ALCHEMY", department) == []
