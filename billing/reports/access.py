"""Whose charges somebody may see."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.audit.actors import Actor
from accounts.departments.models import Department

ALL: Final = "see_all_charges"
DEPARTMENTS: Final = "see_department_charges"
OWN: Final = "see_own_charges"


@dataclass(frozen=True)
class Reach:
    """department_id, person_id: None for every one of them."""

    department_id: int | None = None
    person_id: int | None = None


def reach_of(person: Actor) -> Reach:
    if person.may(ALL):
        return Reach()
    if person.may(DEPARTMENTS):
        return Reach(person.department_id)
    return Reach(person.department_id, person.pk)


def departments_charged(person: Actor) -> QuerySet[Department]:
    """Those that the person may read the charges of, in all or their own part of them."""
    if person.may(ALL):
        return Department.objects.all()
    return Department.objects.filter(pk=person.department_id)
