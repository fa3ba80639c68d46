"""Whose money a person may look at."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from accounts.audit.actors import Actor
from accounts.departments.models import Department


def departments(person: Actor) -> QuerySet[Department]:
    """Finance sees every department's; an administrator the own one's."""
    if person.may("end_years"):
        return Department.objects.all()
    if person.may("see_statements"):
        return Department.objects.filter(pk=person.department_id)
    return Department.objects.none()


def named(ids: Collection[int]) -> dict[int, str]:
    """The names of these."""
    return dict(Department.objects.filter(pk__in=ids).values_list("pk", "name"))


def uids(ids: Collection[int]) -> dict[int, UUID]:
    """What stands in their addresses."""
    return dict(Department.objects.filter(pk__in=ids).values_list("pk", "uid"))
