"""Several writes in one round trip, with keys that were given beforehand."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.departments.models import CostCode, Department
from accounts.tests.make import make_department
from smsportal.lib import db
from smsportal.lib.ids import uuid7

pytestmark = pytest.mark.django_db

EVENTS = db.Inserting(AuditEvent, each=("id", "uid", "words"), same=("at", "verb"))
SAID = "100% of 'it' {1} %s \\ é; DROP TABLE"


def written(*rows: tuple, verb: str = "test.together") -> list[db.Statement]:
    return EVENTS.statements(rows, timezone.now(), verb)


def test_all_of_them_are_done():
    department = make_department(name="Physics")
    [(pk,)] = db.new_ids([AuditEvent], 1)
    renamed = db.updating(Department.objects.all(), [(department.pk, "Maths")], ["name"])

    db.together([*renamed, *written((pk, uuid7(), SAID))])

    department.refresh_from_db()
    assert (department.name, AuditEvent.objects.get(pk=pk).words) == ("Maths", SAID)


@pytest.mark.postgresql
def test_they_are_one_statement_to_postgresql():
    [(first,), (second,)] = db.new_ids([AuditEvent], 2)

    with CaptureQueriesContext(connection) as asked:
        db.together([*written((first, uuid7(), "x")), *written((second, uuid7(), "y"))])

    assert len(asked) == 1


def test_none_of_them_is_nothing():
    with CaptureQueriesContext(connection) as asked:
        db.together([])

    assert len(asked) == 0


def test_where_one_is_refused_none_is_done():
    [(first,), (second,)] = db.new_ids([AuditEvent], 2)
    statements = [
        *written((first, uuid7(), "x")),
        *written((second, uuid7(), "y"), verb="no noun"),
    ]

    with pytest.raises(IntegrityError), transaction.atomic():
        db.together(statements)

    assert not AuditEvent.objects.filter(pk__in=[first, second]).exists()


def test_a_key_is_given_once_and_no_row_made_otherwise_has_it():
    before = make_department(name="Physics")
    given = db.new_ids([Department, CostCode], 3) + db.new_ids([Department, CostCode], 2)
    after = make_department(name="Maths")

    departments, codes = zip(*given, strict=True)
    assert len({before.pk, *departments, after.pk}) == 7
    assert before.pk < min(departments)
    assert max(departments) < after.pk
    assert len(set(codes)) == 5


def test_the_keys_of_a_table_that_was_never_written_to():
    ids = [pk for (pk,) in db.new_ids([AuditEvent], 2)]

    db.together(written(*((pk, uuid7(), "x") for pk in ids)))

    assert (
        list(AuditEvent.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        == ids
    )
