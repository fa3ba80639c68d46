"""Locking a year, and what may be done after it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_finance, make_operator
from billing.statements import services
from billing.statements.models import (
    Correction,
    Prepayment,
    Statement,
    StatementLine,
    YearEnd,
)
from billing.statements.queries import counted, stored
from billing.statements.settling import fingerprint
from billing.tests.make import make_sent
from billing.tests.statements.make import (
    AUTUMN,
    CHECKED,
    TODAY,
    YEAR,
    lock,
    make_customer,
    prepays,
    rent_keyword,
    rent_number,
    send,
    the_year,
)
from billing.usage.engine import counting
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import start_of

pytestmark = pytest.mark.django_db

SINCE = dt.date(2025, 8, 1)


def careers():
    """The worked example: £736.80 used, £600.00 prepaid."""
    user = make_customer(since=SINCE)
    prepays(user.department, 600_00)
    rent_keyword(user.department, "JOBS", since=SINCE)
    rent_number(user, 950, since=SINCE)
    rent_number(user, 951, since=SINCE)
    send(user, 12_480)
    return user


def try_to_lock(**changed):
    accounts = counted.accounts(YEAR, TODAY)
    wanted = {
        "year": the_year(),
        "seen": fingerprint(accounts),
        "typed_total": "£136.80",
        "by": make_finance(),
        "now": CHECKED,
    }
    return services.lock(**{**wanted, **changed})


def test_a_locked_year_is_read_as_it_was_counted():
    careers()
    make_customer("Sports Centre", "SP0610", since=SINCE)
    accounts = counted.accounts(YEAR, TODAY)

    year_end = try_to_lock()

    assert stored.accounts(year_end) == accounts
    assert year_end.fingerprint == fingerprint(accounts)
    assert year_end.charge_pence == 136_80
    assert sorted(Statement.objects.values_list("number", flat=True)) == [
        "Y26-CR0340",
        "Y26-SP0610",
    ]


def test_counted_again_after_the_lock_it_is_the_same():
    careers()
    year_end = try_to_lock()

    again = counted.accounts(YEAR, dt.date(2026, 11, 28))

    assert fingerprint(again) == year_end.fingerprint
    assert stored.differences(stored.accounts(year_end), again, {}) == []


def test_two_departments_on_one_code_have_statements_of_their_own_numbers():
    make_customer("Alpha", since=SINCE)
    make_customer("Beta", since=SINCE)

    lock()

    numbers = Statement.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["Y26-CR0340", "Y26-CR0340-2"]


def test_who_signs_and_when_is_kept_and_told():
    user = careers()
    admin = make_admin(user.department, email="beatrix.lund@example.ac.uk")
    finance = make_finance(name="Siobhan Doyle")

    year_end = try_to_lock(by=finance)

    assert year_end.locked_by_name == finance.audit_name
    assert year_end.locked_at == CHECKED
    line = AuditEvent.objects.get(verb="statements.locked")
    assert "2025 to 2026: 1 statements, £136.80 charged" in line.words
    letter = OutgoingMail.objects.get(to=admin.email)
    assert "Charged now to CR0340: £136.80" in letter.body


@pytest.mark.parametrize("typed", ["", "136", "136.79", "1,368.0", "a lot"])
def test_another_total_than_the_one_to_charge_signs_nothing(typed):
    careers()

    with pytest.raises(Refused, match=r"The total to charge is £136\.80"):
        try_to_lock(typed_total=typed)

    assert not YearEnd.objects.exists()


@pytest.mark.parametrize("typed", ["136.80", "£136.80", " £ 136.8 "])
def test_the_total_may_be_typed_as_people_do(typed):
    careers()

    assert try_to_lock(typed_total=typed)


def test_figures_that_have_changed_since_they_were_looked_at_are_not_signed():
    user = careers()
    seen = fingerprint(counted.accounts(YEAR, TODAY))
    send(user, 1)

    with pytest.raises(Refused, match="changed since you looked"):
        try_to_lock(seen=seen)


def test_a_year_that_runs_is_not_locked():
    careers()
    with pytest.raises(Refused, match="The year ends on 31 July 2026"):
        try_to_lock(year=the_year(today=dt.date(2026, 7, 31)))


def test_until_7_august_late_reports_are_waited_for_unless_finance_says_not():
    careers()
    seventh, eighth = dt.date(2026, 8, 7), dt.date(2026, 8, 8)

    with pytest.raises(Refused, match="until 7 August 2026"):
        try_to_lock(year=the_year(today=seventh))
    assert the_year(today=eighth).is_late_over
    assert try_to_lock(year=the_year(today=seventh), is_early=True)


def test_a_late_report_counts_on_its_own_day_and_folds_in_before_the_lock():
    user = careers()
    late = make_sent(user, at=start_of(dt.date(2026, 7, 31)) + dt.timedelta(hours=23), parts=100)
    counting.mark(batch_ids=[late.pk])

    with pytest.raises(Refused, match="still being counted"):
        try_to_lock()
    counting.count_changed()

    assert try_to_lock(typed_total="140.30")


def test_the_year_before_is_locked_first():
    make_customer(since=dt.date(2024, 9, 1))

    with pytest.raises(Refused, match="Lock 2024 to 2025 first"):
        lock(2025)
    lock(2024)
    lock(2025)


def test_a_year_is_locked_once():
    careers()
    try_to_lock()

    with pytest.raises(Refused, match="2025 to 2026 is locked already"):
        try_to_lock()


def test_of_two_who_lock_at_once_the_second_is_told():
    """The second had opened its page, and passed every question, before the first was done."""
    careers()
    before = the_year()
    try_to_lock()

    with pytest.raises(Refused, match="locked already"):
        try_to_lock(year=before)

    assert YearEnd.objects.count() == 1


@pytest.mark.parametrize("make", [make_operator, make_admin])
def test_nobody_but_finance_locks_corrects_or_sets_what_is_prepaid(make):
    user = careers()
    other = make()
    with pytest.raises(PermissionDenied):
        try_to_lock(by=other)
    try_to_lock()
    statement = Statement.objects.get()
    common = {"reason": "For nothing", "by": other, "now": CHECKED}

    with pytest.raises(PermissionDenied):
        services.correct(statement=statement, code=("cost_centre", "A1"), pence=1, **common)
    with pytest.raises(PermissionDenied):
        services.set_prepaid(department=user.department, year=the_year(2026), pence=1, **common)


# ---------------------------------------------------------------- it never changes


def rows_of_a_corrected_year():
    careers()
    try_to_lock()
    statement = Statement.objects.get()
    correct(statement, -1_00)
    return [
        YearEnd.objects.get(),
        statement,
        StatementLine.objects.first(),
        Correction.objects.get(),
        Prepayment.objects.first(),
    ]


def correct(statement, pence):
    return services.correct(
        statement=statement,
        code=(statement.code_kind, statement.code),
        pence=pence,
        reason="A text of another department",
        by=make_finance(),
        now=CHECKED,
    )


def test_what_is_locked_can_neither_be_saved_again_nor_deleted():
    for row in rows_of_a_corrected_year():
        with pytest.raises(TypeError, match="never changes"):
            row.save()
        with pytest.raises(TypeError, match="never deleted"):
            row.delete()


def test_the_database_itself_refuses_to_change_or_to_lose_it():
    for row in rows_of_a_corrected_year():
        everything = type(row).objects.all()
        column = next(f.name for f in row._meta.fields if not f.is_relation and f.name != "id")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            everything.update(**{column: getattr(row, column)})
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            everything._raw_delete(connection.alias)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"charge_pence": 136_79}, "charged_is_all_that_is_over_or_nothing"),
        ({"standing": "cancelled"}, "who_cancelled_prepays_nothing"),
    ],
)
def test_a_statement_that_does_not_add_up_is_refused_by_the_database(wrong, constraint):
    careers()
    try_to_lock()
    right = Statement.objects.get()
    copy = {field.name: getattr(right, field.name) for field in right._meta.fields[2:]}
    other = make_customer("Other", since=SINCE).department
    copy |= {"number": "Y26-X", "department": other}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Statement.objects.create(**copy | wrong)
    assert Statement.objects.create(**copy)


def test_a_line_that_is_rounded_otherwise_is_refused_by_the_database():
    careers()
    try_to_lock()
    line = {
        "statement": Statement.objects.get(), "place": 90, "kind": "texts", "thing_count": 1,
        "code_kind": "cost_centre", "code": "CR0340", "count": 301, "price_tenths": 35,
        "from_month": SINCE, "to_month": SINCE,
    }  # fmt: skip

    with pytest.raises(IntegrityError, match="a_line_is_rounded_once"), transaction.atomic():
        StatementLine.objects.create(**line, pence=10_53)
    assert StatementLine.objects.create(**line, pence=10_54)


# ---------------------------------------------------------------- after the lock


def test_what_is_found_after_the_lock_is_a_difference_until_it_is_corrected():
    user = careers()
    year_end = try_to_lock()
    locked = stored.accounts(year_end)
    send(user, 20)

    [found] = stored.differences(locked, counted.accounts(YEAR, TODAY), {})
    assert (found.locked.actual_pence, found.counted.actual_pence) == (736_80, 737_50)
    assert found.to_correct_pence == 70

    correct(Statement.objects.get(), 70)

    again = counted.accounts(YEAR, TODAY)
    [found] = stored.differences(locked, again, stored.corrected(year_end))
    assert found.to_correct_pence == 0
    assert stored.accounts(year_end) == locked


def test_a_correction_says_who_when_and_why():
    careers()
    try_to_lock()
    statement = Statement.objects.get()

    made = correct(statement, -12_00)

    assert (made.pence, made.at, made.reason) == (-12_00, CHECKED, "A text of another department")
    line = AuditEvent.objects.get(verb="statements.corrected")
    assert "Gave back £12.00 on statement Y26-CR0340, CR0340: A text of" in line.words


def test_what_is_prepaid_is_fixed_with_the_lock():
    user = careers()
    try_to_lock()

    with pytest.raises(Refused, match="locked already"):
        prepays(user.department, 700_00)
    prepays(user.department, 700_00, begins=2026)

    [account] = counted.accounts(YEAR.next, TODAY)
    assert account.prepaid_pence == 700_00


def test_the_locked_year_says_what_the_next_one_prepays():
    user = careers()
    try_to_lock()
    send(user, 9_999, on=AUTUMN)  # found too late

    [account] = counted.accounts(YEAR.next, TODAY)

    assert account.prepaid_pence == 736_80
