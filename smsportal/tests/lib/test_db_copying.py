"""COPY and its twin take what people type as it is."""

import pytest

from accounts.tests.make import make_admin
from messaging.imports.models import Import, ImportRow
from smsportal.lib.db import insert_rows

pytestmark = pytest.mark.django_db(transaction=True)

COLUMNS = ("batch", "row_no", "state", "number", "typed", "first_name", "last_name", "why",
           "suggestion", "before_first_name", "before_last_name", "is_new", "is_changed",
           "contact")  # fmt: skip


def test_every_text_comes_back_as_it_was():
    admin = make_admin()
    batch = Import.objects.create(
        department_id=admin.department_id,
        person=admin,
        row_count=1,
        columns=[],
        file_name="x",
        stored_name="x",
    )
    texts = ["", "NULL", "\\N", '"', "a,b", "tab\t", "two\nlines", "Zoë €", "\\", "'", "%s"]
    rows = [
        (batch.pk, n, "ok", "", text, "", "", "", "", "", "", False, True, None)
        for n, text in enumerate(texts)
    ]

    done = list(insert_rows(ImportRow, COLUMNS, rows))

    kept = ImportRow.objects.filter(batch=batch).order_by("row_no")
    assert done == [len(texts)]
    assert [row.typed for row in kept] == texts
    assert {(row.first_name, row.is_new, row.is_changed, row.contact_id) for row in kept} == {
        ("", False, True, None)
    }
