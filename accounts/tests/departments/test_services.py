"""Departments are opened and changed by the messaging team."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.departments import queries, services
from accounts.departments.models import CodeKind, CostCode, Department, TagState
from accounts.departments.services import Caps
from accounts.tests.departments.asking import (
    CODE,
    NOW,
    PHYSICS,
    TODAY,
    add,
    codes,
    do,
    lines,
    refusal,
    tag_of,
)
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- opening


def test_a_department_is_opened_with_its_code_and_its_tag():
    department = add()

    department.refresh_from_db()
    assert (department.name, department.alpha_tag, department.alpha_tag_state) == (
        "Department of Physics",
        "PHYSICS",
        "requested",
    )
    assert codes(department) == [("PH0123", "cost_centre", TODAY)]
    assert department.shown_on(TODAY) == "Department of Physics PH0123"
    assert lines() == [
        (
            "departments.opened",
            "Opened Department of Physics PH0123 with the Alpha tag PHYSICS.",
        )
    ]


@pytest.mark.parametrize("code", ["", "   "])
def test_s17_a_department_without_a_cost_code_cannot_be_saved(code):
    assert refusal(add, code=code) == (
        "code",
        "Give the cost code: a department cannot be without the code that it is charged to.",
    )
    assert Department.objects.count() == 0


def test_s17_the_database_keeps_a_code_from_being_empty():
    department = make_department()
    with pytest.raises(IntegrityError), transaction.atomic():
        CostCode.objects.create(
            department=department, code="", kind="cost_centre", from_on=TODAY, recorded_by_name="x"
        )


def test_s17_a_code_typed_into_the_name_is_kept_apart_from_it():
    department = add(name="Department of Physics PH0123")
    assert department.name == "Department of Physics"

    do(services.rename, department, name="Physics ph0123")

    department.refresh_from_db()
    assert (department.name, department.shown_on(TODAY)) == ("Physics", "Physics PH0123")


def test_s17_renaming_leaves_the_code_where_it_is():
    department = add()

    do(services.rename, department, name="Physics")

    assert codes(department) == [("PH0123", "cost_centre", TODAY)]
    assert lines()[-1] == (
        "departments.renamed",
        "Renamed Department of Physics PH0123 to Physics PH0123.",
    )


@pytest.mark.parametrize(
    ("kind", "code", "stored"),
    [
        (CodeKind.COST_CENTRE, "ph0123 ", "PH0123"),
        (CodeKind.PROJECT_TASK, "phy00207  /  1.04", "PHY00207 / 1.04"),
    ],
)
def test_s53_a_code_is_a_cost_centre_or_a_project_task(kind, code, stored):
    department = add(kind=kind, code=code)

    assert codes(department) == [(stored, kind, TODAY)]
    row = Department.objects.with_code(TODAY).get()
    assert (row.code, row.code_kind) == (stored, kind)


@pytest.mark.parametrize("code", ["PHYSICS", "PH_0123", "£100", "-PH0123", "PH0123\u200b"])
def test_a_code_that_cannot_be_one_is_refused_by_its_own_value(code):
    field, words = refusal(add, code=code)
    assert (field, words.partition(" does not")[0]) == ("code", code)


def test_a_department_needs_a_name():
    assert refusal(add, name=" ") == (
        "name",
        "Give the department a name, such as Department of Physics.",
    )
    assert refusal(add, name="PH0123" * 30)[1] == "The name has 180 characters. Shorten it to 120."


def test_two_open_departments_cannot_have_one_name():
    add()
    assert refusal(add, name="department of physics", code="PH0999") == (
        "name",
        "There is a department called department of physics already.",
    )


def test_a_closed_department_gives_its_name_free_until_it_is_reopened():
    first = add()
    do(services.close, first)
    add(code="PH0999")

    assert refusal(do, services.reopen, first)[0] == "name"


@pytest.mark.parametrize("tag", ["", "  "])
def test_s72_a_department_cannot_be_opened_without_an_alpha_tag(tag):
    assert refusal(add, alpha_tag=tag)[0] == "alpha_tag"
    assert Department.objects.count() == 0


def test_s72_nor_can_it_lose_its_tag():
    department = add()
    assert refusal(do, services.set_alpha_tag, department, tag="")[0] == "alpha_tag"
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.update(alpha_tag="")


@pytest.mark.parametrize(
    "tag", ["PHYSICS LAB1", "A_B", "A.B", "A&B", "£1 OFF", "1TEST", "INFO", " AB", "AB ", "A  B"]
)
def test_s74_to_s76_a_tag_that_networks_would_refuse_is_refused(tag):
    assert refusal(add, alpha_tag=tag)[0] == "alpha_tag"


@pytest.mark.parametrize("tag", ["PHYSICS LAB", "A-B C", "T12", "Careers"])
def test_s74_to_s76_a_tag_within_the_rules_is_taken_as_it_is(tag):
    assert add(alpha_tag=tag).alpha_tag == tag


# ---------------------------------------------------------------- cost codes by date


def test_a_code_changes_from_a_day_on_and_the_old_one_stays_in_the_history():
    department = make_department("Physics")
    start = dt.date(2026, 8, 1)

    do(services.change_code, department, **CODE, from_on=start)

    assert codes(department) == [
        ("PH0123", "cost_centre", dt.date(2020, 8, 1)),
        ("PH0125", "cost_centre", start),
    ]
    assert str(department.code_on(dt.date(2026, 7, 31))) == "PH0123"
    assert str(department.code_on(start)) == "PH0125"
    assert lines() == [
        (
            "departments.code_changed",
            "Changed the cost code of Physics from PH0123 to PH0125, Cost centre, "
            "from 1 August 2026.",
        )
    ]


def test_a_code_cannot_change_in_the_past():
    department = make_department()
    assert refusal(do, services.change_code, department, **CODE, from_on=dt.date(2024, 8, 1)) == (
        "code_from",
        "1 August 2024 has passed. Choose today, 12 May 2026, or a later day: texts that were "
        "sent keep the code they were charged to.",
    )


def test_today_is_the_day_in_london():
    department = make_department()
    summer_night = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)  # 1 July, 0:30am in London

    with pytest.raises(Refused):
        do(
            services.change_code,
            department,
            **CODE,
            from_on=dt.date(2026, 6, 30),
            now=summer_night,
        )
    do(services.change_code, department, **CODE, from_on=dt.date(2026, 7, 1), now=summer_night)


def test_two_codes_cannot_begin_on_one_day():
    department = add()
    start = dt.date(2026, 8, 1)
    assert refusal(do, services.change_code, department, **CODE, from_on=TODAY) == (
        "code_from",
        "PH0123 began today. Choose a later day.",
    )
    do(services.change_code, department, **CODE, from_on=start)
    other = {**CODE, "code": "PH0999"}
    assert refusal(do, services.change_code, department, **other, from_on=start) == (
        "code_from",
        "PH0125 begins on 1 August 2026 already. Take it back first.",
    )


def test_planning_the_same_change_twice_plans_it_once():
    department = make_department()
    start = dt.date(2026, 8, 1)

    first = do(services.change_code, department, **CODE, from_on=start)
    second = do(services.change_code, department, **CODE, from_on=start)

    assert first == second
    assert len(lines()) == 1


def test_a_change_without_a_day_asks_for_one():
    department = make_department()
    assert refusal(do, services.change_code, department, **CODE, from_on=None) == (
        "code_from",
        "Choose the day from which PH0125 is charged.",
    )


def test_a_planned_code_can_be_taken_back_and_one_that_began_cannot():
    department = make_department("Physics")
    planned = do(services.change_code, department, **CODE, from_on=dt.date(2026, 8, 1))
    began = department.codes.get(code="PH0123")
    asked = {"by": make_operator(), "now": NOW}

    services.take_back_code(code=planned, **asked)

    assert refusal(services.take_back_code, code=began, **asked)[1] == (
        "PH0123 began on 1 August 2020 and cannot be taken back. "
        "Enter the right code with a later day."
    )
    assert codes(department) == [("PH0123", "cost_centre", dt.date(2020, 8, 1))]
    assert lines()[-1] == (
        "departments.code_taken_back",
        "Took back the cost code PH0125 planned from 1 August 2026.",
    )


# ---------------------------------------------------------------- caps


def test_caps_are_counted_in_texts_and_changes_are_said_in_words():
    department = make_department("Physics")

    do(services.set_caps, department, caps=Caps(12_000, None, 5_000))

    department.refresh_from_db()
    assert (
        department.parts_per_year_cap,
        department.parts_per_month_cap,
        department.parts_per_batch_cap,
    ) == (12_000, None, 5_000)
    assert lines() == [
        (
            "departments.caps_changed",
            "Changed limits of Physics: a year from no limit to 12,000 texts, "
            "one message from 100,000 texts to 5,000 texts.",
        )
    ]


# ---------------------------------------------------------------- the whole page


def page(department, **fields):
    return {
        "name": department.name,
        "alpha_tag": department.alpha_tag,
        "tag_state": department.alpha_tag_state,
        "caps": Caps(None, None, 100_000),
        "strips_subject_prefixes": department.strips_subject_prefixes,
        **fields,
    }


def test_prefixes_of_subjects_go_out_until_it_is_asked_to_leave_them_out():
    department = make_department("Physics")
    assert not department.strips_subject_prefixes

    do(services.set_subject_prefixes, department, strips=True)
    do(services.set_subject_prefixes, department, strips=True)
    do(services.set_subject_prefixes, department, strips=False)

    words = "Had Re:, Fwd: and [EXTERNAL] {} the texts that Physics sends by email."
    assert lines() == [
        ("departments.prefixes_changed", words.format("left out of")),
        ("departments.prefixes_changed", words.format("kept in")),
    ]


def test_saving_a_page_that_nobody_changed_writes_nothing():
    department = make_department()

    do(services.edit, department, **page(department))

    assert lines() == []


def test_a_page_is_saved_as_a_whole_or_not_at_all():
    department = make_department("Physics")
    changed = page(department, name="Physics and Astronomy", code="PH0125", code_kind="cost_centre")

    assert refusal(do, services.edit, department, **changed)[0] == "code_from"
    assert Department.objects.get().name == "Physics"
    assert lines() == []


def test_a_tag_changed_on_the_page_is_requested_whatever_the_old_one_was():
    department = make_department(alpha_tag_state="registered")

    do(services.edit, department, **page(department, alpha_tag="OXPHYSICS"))

    assert tag_of(department) == ("PHYSICS", "registered", "OXPHYSICS")


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_only_the_messaging_team_keeps_departments(make):
    department = make_department()
    planned = do(services.change_code, department, **CODE, from_on=dt.date(2026, 8, 1))
    before = AuditEvent.objects.count()
    by = {"by": make(), "now": NOW}
    on = {"department": department, **by}
    for call in (
        lambda: services.add(**PHYSICS, **by),
        lambda: services.edit(**page(department), **on),
        lambda: services.rename(name="X", **on),
        lambda: services.change_code(**CODE, from_on=dt.date(2026, 9, 1), **on),
        lambda: services.take_back_code(code=planned, **by),
        lambda: services.set_alpha_tag(tag="OTHER", **on),
        lambda: services.set_alpha_tag_state(state=TagState.REGISTERED, **on),
        lambda: services.set_caps(caps=Caps(None, None, 1), **on),
        lambda: services.set_subject_prefixes(strips=True, **on),
        lambda: services.freeze(reason="x", **on),
        lambda: services.unfreeze(**on),
        lambda: services.close(**on),
        lambda: services.reopen(**on),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert AuditEvent.objects.count() == before


# ---------------------------------------------------------------- finding


def test_departments_are_found_by_name_code_or_tag_with_their_people_counted():
    operator = make_operator()
    physics = make_department("Department of Physics", alpha_tag="PHYSICS")
    make_department("Careers Service", code="CR0340", alpha_tag="CAREERS", closed_at=NOW)
    make_admin(physics)
    make_user(physics)
    make_user(physics)
    make_user(physics, left_at=NOW)

    def found(**asked):
        rows = queries.departments(operator, on=TODAY, **asked)
        return [(d.name, d.code, d.admin_count, d.user_count) for d in rows]

    both = [("Careers Service", "CR0340", 0, 0), ("Department of Physics", "PH0123", 1, 2)]
    assert found() == both
    assert found(words="ph0123") == both[1:]
    assert found(words="careers cr0340") == both[:1]
    assert found(words="careers ph0123") == []
    assert found(status="closed") == both[:1]
    assert found(status="active") == both[1:]
    assert found(status="frozen") == []
