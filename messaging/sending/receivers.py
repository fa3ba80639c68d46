"""When a department closes or a person leaves, what still waits to go is stopped or handed on."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.audit.actors import Actor, System
from accounts.departments.models import Department
from accounts.departments.signals import department_closed, what_closing_touches
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from messaging.sending import services
from messaging.sending.models import WAITING, Batch


@receiver(department_closed)
def stop_its_messages(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    waiting = Batch.objects.filter(department=department, state__in=WAITING)
    services.stop_waiting(waiting, by=System(department.pk, audit_name=by.audit_name), now=now)


@receiver(person_left)
def hand_on_or_stop_their_messages(
    *, person: Person, by: Actor, now: dt.datetime, heir: Person | None, **_: Any
) -> None:
    waiting = Batch.objects.filter(person=person, state__in=WAITING)
    if heir is not None:
        waiting.update(person=heir, person_name=heir.name)
    else:
        actor = System(person.department_id, audit_name=by.audit_name)
        services.stop_waiting(waiting, by=actor, now=now)


@receiver(what_closing_touches)
def count_of_department(*, department: Department, **_: Any) -> list[tuple[int, str, str]]:
    count = Batch.objects.filter(department=department, state__in=WAITING).count()
    if count == 1:
        return [(count, "scheduled message", "is stopped and stays listed")]
    return [(count, "scheduled messages", "are stopped and stay listed")]


@receiver(what_leaving_touches)
def count_of_person(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    waiting = Batch.objects.filter(person=person, state__in=WAITING)
    return [("scheduled messages", waiting.count())]
