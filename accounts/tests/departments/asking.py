"""How the tests of this wing ask for things, and what they look at."""

import datetime as dt

import pytest

from accounts.audit.models import AuditEvent
from accounts.departments import services
from accounts.departments.models import CodeKind
from accounts.tests.make import make_operator
from smsportal.lib.errors import Refused

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 5, 12)
PHYSICS = {
    "name": "Department of Physics",
    "code": "PH0123",
    "kind": CodeKind.COST_CENTRE,
    "alpha_tag": "PHYSICS",
}
CODE = {"code": "PH0125", "kind": CodeKind.COST_CENTRE}


def add(**fields):
    return services.add(**{**PHYSICS, "by": make_operator(), "now": NOW, **fields})


def do(service, department, **fields):
    return service(**{"department": department, "by": make_operator(), "now": NOW, **fields})


def refusal(call, *args, **fields):
    with pytest.raises(Refused) as caught:
        call(*args, **fields)
    return caught.value.field, caught.value.words


def lines():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "words"))


def codes(department):
    return list(department.codes.order_by("from_on").values_list("code", "kind", "from_on"))


def tag_of(department):
    department.refresh_from_db()
    return department.alpha_tag, department.alpha_tag_state, department.next_alpha_tag
