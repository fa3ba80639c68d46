"""Statements that are made once: they ask and write what Django's own would."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.db.backends.signals import connection_created
from django.db.models import DateField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.departments.models import CodeKind, CostCode, Department
from accounts.tests.make import make_department
from messaging.sending.models import Batch
from smsportal.lib import db
from smsportal.lib.ids import uuid7

pytestmark = pytest.mark.django_db

NAMED = db.Ready[Department](
    lambda: Department.objects.filter(db.GivenAny("names", "name")).order_by("pk")
)
CODES = db.Ready[str](
    lambda: (
        CostCode.objects.filter(from_on__lte=db.Given("day", DateField()))
        .order_by("from_on")
        .values_list("code", flat=True)
    )
)
EVENTS = db.Inserting(AuditEvent, each=("uid", "words", "actor_id"), same=("at", "verb"))


def test_it_is_asked_again_with_other_values():
    physics, chemistry = make_department(name="Physics"), make_department(name="Chemistry")

    assert NAMED(names=["Physics", "Chemistry"]) == [physics, chemistry]
    assert NAMED(names={"Chemistry"}) == [chemistry]
    assert NAMED(names=[]) == []
    assert NAMED(names=['it\'s "100%" {1,2} \\ null', "Physics"]) == [physics]


def test_several_columns_are_looked_for_as_rows():
    named = db.Ready[str](
        lambda: (
            Department.objects.filter(db.GivenRows("pairs", "name", "alpha_tag"))
            .order_by("name")
            .values_list("name", flat=True)
        )
    )
    for name, tag in (("Maths", "A"), ("Music", "B"), ("O'Neill", "C")):
        make_department(name=name, alpha_tag=tag)

    assert named(pairs=[("Maths", "A"), ("Music", "A"), ("O'Neill", "C")]) == ["Maths", "O'Neill"]
    assert named(pairs=[]) == []


def test_one_question_is_one_statement():
    NAMED(names=["Physics"])

    with CaptureQueriesContext(
        connection,
    ) as asked:
        NAMED(names=["Physics", "Chemistry", "History"])

    assert len(asked) == 1


def test_it_answers_the_same_however_often_it_is_asked():
    """PostgreSQL keeps it from the second time on, with what is the same each time as its text."""
    tagged = db.Ready[str](
        lambda: (
            Department.objects.filter(
                db.GivenAny("names", "name"), alpha_tag__contains="5%", frozen_reason="it's %s \\"
            )
            .order_by("name")
            .values_list("name", flat=True)
        )
    )
    for name in ("Maths", "Music"):
        make_department(name=name, alpha_tag="A5%", frozen_reason="it's %s \\")
    make_department(name="Law", alpha_tag="A5", frozen_reason="it's %s \\")

    for names in (["Maths", "Law"], ["Maths"], ["Music", "Maths"], [], ["Law"]):
        assert tagged(names=names) == sorted({"Maths", "Music"} & {*names})


@pytest.mark.django_db(transaction=True)
def test_another_connection_is_asked_anew():
    make_department(name="Physics")
    for asked_before_it_closes in (3, 1, 1, 1, 2, 1):
        for _ in range(asked_before_it_closes):
            assert len(NAMED(names=["Physics"])) == 1
        connection.close()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_process_that_asks_by_key_alone_scans_no_table():
    db.by_key_alone()
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN SELECT 1 FROM accounts_department WHERE id = 1")
            plan = str(cursor.fetchall())
    finally:
        connection_created.disconnect(dispatch_uid="by_key_alone")
        connection.close()

    assert "Index" in plan
    assert "Seq Scan" not in plan


def test_a_day_is_compared_as_a_day():
    department = make_department()
    department.codes.all().delete()
    for year in (2024, 2025, 2026):
        CostCode.objects.create(
            department=department, code=f"AA{year}", kind=CodeKind.COST_CENTRE,
            from_on=dt.date(year, 8, 1), recorded_by_name="Ann",
        )  # fmt: skip

    assert CODES(day=dt.date(2025, 8, 1)) == ["AA2024", "AA2025"]
    assert CODES(day=dt.date(2025, 7, 31)) == ["AA2024"]


def test_rows_come_in_with_their_values_those_of_all_and_the_defaults():
    now = timezone.now()
    rows = [(uuid7(), f"Line {n}, 'quoted' {{\\}} é", n or None) for n in range(3)]

    ids = EVENTS(rows, now, "test.inserted")

    found = AuditEvent.objects.in_bulk(ids)
    assert [(found[pk].uid, found[pk].words, found[pk].actor_id) for pk in ids] == rows
    assert {(each.at, each.verb, each.ip, each.object_kind) for each in found.values()} == {
        (now, "test.inserted", None, "")
    }


def test_nothing_is_inserted_by_no_rows():
    assert EVENTS([], timezone.now(), "test.inserted") == []


def test_more_rows_than_one_statement_takes():
    ids = EVENTS(((uuid7(), "x", n) for n in range(2_500)), timezone.now(), "test.inserted")

    kept = AuditEvent.objects.filter(pk__in=ids).order_by("pk").values_list("actor_id", flat=True)
    assert list(kept) == list(range(2_500))
    assert ids == sorted(ids)


@pytest.mark.postgresql
def test_what_is_too_long_is_refused_and_not_cut():
    of_verbs = db.Inserting(AuditEvent, each=("uid", "words", "at", "verb"))

    with pytest.raises(Exception, match="too long"):
        of_verbs([(uuid7(), "x", timezone.now(), f"test.{'x' * 60}")])


def test_constraints_hold():
    with pytest.raises(IntegrityError):
        EVENTS([(uuid7(), "x", 1)], timezone.now(), "no noun")


def test_a_column_whose_default_differs_from_row_to_row_has_to_be_named():
    with pytest.raises(ValueError, match="uid"):
        db.Inserting(Batch, each=("reference",))
