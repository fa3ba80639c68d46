"""smsportal.lib.db: each function does the same on both databases."""

import datetime as dt
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, OuterRef, Value
from django.utils import timezone

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.audit.models import AuditEvent
from accounts.departments.models import CostCode, Department
from accounts.people.models import Person
from accounts.tests.make import make_department, make_user
from smsportal.lib import db
from smsportal.lib.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 12, 13, 4, tzinfo=dt.UTC)


def test_update_many_gives_each_row_its_own_values_and_answers_the_ids():
    a, b, c = (make_department() for _ in range(3))

    changed = db.update_many(
        Department.objects.filter(closed_at__isnull=True),
        [(a.pk, "Botany", 100), (b.pk, "Zoology", None)],
        ["name", "parts_per_year_cap"],
        frozen_at=NOW,
    )

    assert sorted(changed) == [a.pk, b.pk]
    rows = Department.objects.order_by("pk").values_list("name", "parts_per_year_cap", "frozen_at")
    assert list(rows) == [("Botany", 100, NOW), ("Zoology", None, NOW), (c.name, None, None)]


def test_update_many_changes_only_rows_its_guard_still_matches():
    open_one, closed = make_department(), make_department(closed_at=NOW)

    changed = db.update_many(
        Department.objects.filter(closed_at__isnull=True),
        [(open_one.pk, "A"), (closed.pk, "B")],
        ["name"],
        parts_per_batch_cap=F("parts_per_batch_cap") + 1,
    )

    assert changed == [open_one.pk]
    closed.refresh_from_db()
    assert closed.name != "B"
    assert Department.objects.get(name="A").parts_per_batch_cap == 100_001


def test_claim_takes_rows_in_order_up_to_the_limit_and_only_once():
    made = [make_department() for _ in range(3)]
    waiting = Department.objects.filter(frozen_at__isnull=True).order_by("pk")

    first = db.claim(waiting, 2, frozen_at=NOW)
    second = db.claim(waiting, 2, frozen_at=NOW)

    assert (sorted(first), second) == ([made[0].pk, made[1].pk], [made[2].pk])


def test_a_claim_of_an_empty_list_takes_nothing():
    make_department()

    assert db.claim(Department.objects.filter(pk__in=[]), 5, frozen_at=NOW) == []


@pytest.mark.postgresql
def test_claim_keeps_its_limit_on_a_table_that_was_empty_when_it_was_analysed():
    """With IN, a nested loop asks the inner query once a row, and each time skips what it has."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Department._meta.db_table}")
    for _ in range(5):
        make_department()
    waiting = Department.objects.filter(frozen_at__isnull=True).order_by("pk")

    assert [len(db.claim(waiting, 1, frozen_at=NOW)) for _ in range(6)] == [1, 1, 1, 1, 1, 0]


def test_each_owner_gives_its_own_share_of_the_claim():
    mine, theirs, nobodys = (make_department() for _ in range(3))
    for department in (mine, theirs, nobodys):
        for _ in range(4):
            make_user(department)
    users = Person.objects.filter(allow_relay=False).order_by("pk")

    shares = {(mine.pk, "user"): 3, (theirs.pk, "user"): 9, (nobodys.pk, "admin"): 2}
    claimed = db.claim_shares(users, ("department_id", "role"), shares, allow_relay=True)

    whose = Counter(Person.objects.filter(pk__in=claimed).values_list("department_id", flat=True))
    assert whose == {mine.pk: 3, theirs.pk: 4}
    assert users.count() == 5


def test_a_count_of_a_slice_looks_no_further_than_the_slice():
    department = make_department()
    for _ in range(4):
        make_user(department)
    theirs = Person.objects.filter(department_id=OuterRef("pk")).values("pk")
    counted = Department.objects.annotate(all=db.CountOf(theirs), some=db.CountOf(theirs[:2]))

    assert counted.values_list("all", "some").get(pk=department.pk) == (4, 2)


def test_insert_from_select_copies_rows_and_passes_over_those_already_there():
    departments = [make_department() for _ in range(3)]
    columns = dict(
        department=F("pk"),
        code=F("alpha_tag"),
        kind=Value("cost_centre"),
        from_on=dt.date(2021, 8, 1),
        recorded_at=NOW,
        recorded_by_name="copy",
    )
    source = Department.objects.all()

    assert db.insert_from_select(CostCode, source, **columns) == 3
    assert db.insert_from_select(CostCode, source, **columns) == 0
    assert CostCode.objects.filter(recorded_by_name="copy").count() == len(departments)


def test_insert_from_select_gives_each_row_its_own_version_7_uuid():
    for _ in range(3):
        make_department()

    db.insert_from_select(
        Department,
        Department.objects.all(),
        uid=db.Uuid7(),
        name=Value("copy"),
        alpha_tag=F("alpha_tag"),
        alpha_tag_state=F("alpha_tag_state"),
        alpha_tag_state_at=F("alpha_tag_state_at"),
        next_alpha_tag=F("next_alpha_tag"),
        parts_per_batch_cap=F("parts_per_batch_cap"),
        created_at=F("created_at"),
        frozen_reason=F("frozen_reason"),
        strips_subject_prefixes=F("strips_subject_prefixes"),
    )

    uids = set(Department.objects.filter(name="copy").values_list("uid", flat=True))
    assert (len(uids), {uid.version for uid in uids}) == (3, {7})
    milliseconds_apart = [abs((uid.int >> 80) - (uuid7().int >> 80)) for uid in uids]
    assert max(milliseconds_apart) < 60_000


def test_the_database_clock_is_aware_and_about_now():
    assert abs(db.database_now() - timezone.now()) < dt.timedelta(seconds=5)


def test_an_exclusive_name_is_held_once():
    with db.exclusive("test") as held:
        assert held is True
    with db.exclusive("test") as held_again:
        assert held_again is True


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_refuses_to_change_the_audit_trail(deed):
    line = audit.record(by=System(), verb="test.done", words="A test was done.", now=NOW)
    query = AuditEvent.objects.filter(pk=line.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        query.update(words="It was not.") if deed == "update" else query.delete()

    assert AuditEvent.objects.get(pk=line.pk).words == "A test was done."
