"""People and departments for tests: plain makers, no factories."""

import itertools
from typing import Any

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import Person
from accounts.people.roles import RoleName

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def make_department(name: str = "", code: str = "PH0123", **fields: Any) -> Department:
    n = next(_numbers)
    department = Department.objects.create(
        **{"name": name or f"Department {n}", "alpha_tag": "PHYSICS", **fields}
    )
    CostCode.objects.create(
        department=department,
        code=code,
        kind=CodeKind.COST_CENTRE,
        from_on="2020-08-01",
        recorded_by_name="test",
    )
    return department


def make_person(role: str, department: Department | None = None, **fields: Any) -> Person:
    n = next(_numbers)
    person = Person(
        **{
            "username": f"test{n:04d}" + ("admin" if role == RoleName.ADMIN else ""),
            "name": f"Person {n}",
            "email": f"person{n}@example.ac.uk",
            "extension": "70142",
            "role": role,
            "department": department,
            **fields,
        }
    )
    person.set_password(PASSWORD)
    person.save()
    return person


def make_user(department: Department | None = None, **fields: Any) -> Person:
    return make_person(RoleName.USER, department or make_department(), **fields)


def make_admin(department: Department | None = None, **fields: Any) -> Person:
    return make_person(RoleName.ADMIN, department or make_department(), **fields)


def make_operator(**fields: Any) -> Person:
    return make_person(RoleName.OPERATOR, **fields)


def make_finance(**fields: Any) -> Person:
    return make_person(RoleName.FINANCE, **fields)
