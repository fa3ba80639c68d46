"""S1 to S5: a new department finds words to begin with."""

import datetime as dt

import pytest

from accounts.departments.signals import department_opened
from accounts.tests.make import make_department, make_operator, make_user
from messaging.wording.models import Template
from messaging.wording.services import STARTER_PACK

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 12, 13, 4, tzinfo=dt.UTC)


def test_a_department_that_is_opened_has_the_starter_pack_for_all_its_users():
    department = make_department()

    department_opened.send(sender=None, department=department, by=make_operator(), now=NOW)

    found = Template.objects.visible_to(make_user(department)).values_list("name", flat=True)
    assert set(found) == {name for name, _ in STARTER_PACK}
