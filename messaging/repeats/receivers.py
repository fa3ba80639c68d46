"""When a department closes or a person leaves, what repeats is ended, handed on or paused."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.audit.actors import Actor, System
from accounts.departments.models import Department
from accounts.departments.signals import department_closed, what_closing_touches
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from messaging.repeats import services
from messaging.repeats.models import Repeat


@receiver(department_closed)
def end_its_repeats(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    actor = System(department.pk, audit_name=by.audit_name)
    for repeat in Repeat.objects.live().filter(department=department):
        services.end(repeat=repeat, by=actor, now=now, why=f"{department} was closed.")


@receiver(person_left)
def hand_on_or_pause_their_repeats(
    *, person: Person, by: Actor, now: dt.datetime, heir: Person | None, **_: Any
) -> None:
    theirs = Repeat.objects.live().filter(person=person)
    if heir is not None:
        theirs.update(person=heir)
        return
    actor = System(person.department_id, audit_name=by.audit_name)
    for repeat in theirs:
        services.pause(repeat=repeat, by=actor, now=now, why=f"{person} has left.")


@receiver(what_closing_touches)
def count_of_department(*, department: Department, **_: Any) -> list[tuple[int, str, str]]:
    count = Repeat.objects.live().filter(department=department).count()
    if not count:
        return []
    noun, verb = ("message", "ends") if count == 1 else ("messages", "end")
    return [(count, f"repeating {noun}", f"{verb} and stay{'s' if count == 1 else ''} listed")]


@receiver(what_leaving_touches)
def count_of_person(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    count = Repeat.objects.live().filter(person=person).count()
    return [("repeating messages", count)] if count else []
