"""When a department closes or a person leaves, their keywords and numbers are given back."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.audit.actors import Actor, System
from accounts.departments.models import Department
from accounts.departments.signals import department_closed, what_closing_touches
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from inbound.keywords import services as keywords
from inbound.keywords.models import Keyword
from inbound.renting import services
from messaging.senders.models import Sender


@receiver(department_closed)
def take_all_back(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    actor = System(department.pk, audit_name=by.audit_name)
    for keyword in _keywords(department):
        keywords.take_back(keyword=keyword, by=actor, now=now)
    for sender in _numbers(department=department):
        services.give_back(sender=sender, by=actor, now=now, why=f"{department} was closed.")


@receiver(person_left)
def take_their_numbers_back(*, person: Person, by: Actor, now: dt.datetime, **_: Any) -> None:
    """An heir gets none: people answer whom they know."""
    actor = System(person.department_id, audit_name=by.audit_name)
    for sender in _numbers(person=person):
        services.give_back(sender=sender, by=actor, now=now, why=f"{person} has left.")


@receiver(what_closing_touches)
def count_of_department(*, department: Department, **_: Any) -> list[tuple[int, str, str]]:
    return [
        _row(_keywords(department).count(), "keyword"),
        _row(_numbers(department=department).count(), "virtual number"),
    ]


@receiver(what_leaving_touches)
def count_of_person(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    count = _numbers(person=person).count()
    noun = "virtual number" if count == 1 else "virtual numbers"
    return [(f"{noun} to be given back", count)] if count else []


def _keywords(department: Department) -> Any:
    return Keyword.objects.live().filter(department=department).select_related("department")


def _numbers(**whose: Any) -> Any:
    return Sender.objects.filter(released_at__isnull=True, **whose).select_related("person")


def _row(count: int, thing: str) -> tuple[int, str, str]:
    if count == 1:
        return count, thing, "is given back"
    return count, f"{thing}s", "are given back"
