"""When a department closes or a person leaves, what still waits to go is stopped or handed on."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.dispatch import receiver

from accounts.audit.actors import Actor, System
from accounts.departments.models import Department
from accounts.departments.signals import department_closed, what_closing_touches
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from messaging.sending import services
from messaging.sending.models import WAITING, Batch
from messaging.sending.states import BatchState

LEFT = (*WAITING, BatchState.PAUSED)  # somebody has to decide about them


@receiver(department_closed)
def stop_its_messages(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    theirs, actor = Batch.objects.filter(department=department), _for(department.pk, by)
    services.stop_waiting(theirs.filter(state__in=WAITING), by=actor, now=now)
    services.stop_paused(theirs, by=actor, now=now)


@receiver(person_left)
def hand_on_or_stop_their_messages(
    *, person: Person, by: Actor, now: dt.datetime, heir: Person | None, **_: Any
) -> None:
    theirs = Batch.objects.filter(person=person)
    if heir is not None:
        # Counted again: what had gone of a paused one is the heir's from now on.
        later = Greatest(F("changed_at") + dt.timedelta(microseconds=1), now)
        left = theirs.filter(state__in=LEFT)
        left.update(person=heir, person_name=heir.name, changed_at=later)
    else:
        actor = _for(person.department_id, by)
        services.stop_waiting(theirs.filter(state__in=WAITING), by=actor, now=now)
        services.stop_paused(theirs, by=actor, now=now)


def _for(department_id: int | None, by: Actor) -> System:
    return System(department_id, audit_name=by.audit_name)


@receiver(what_closing_touches)
def count_of_department(*, department: Department, **_: Any) -> list[tuple[int, str, str]]:
    theirs = Batch.objects.filter(department=department)
    scheduled = theirs.filter(state__in=WAITING).count()
    paused = theirs.filter(state=BatchState.PAUSED).count()
    rows = [_row(scheduled, "scheduled message")]
    return [*rows, _row(paused, "paused message")] if paused else rows


def _row(count: int, thing: str) -> tuple[int, str, str]:
    if count == 1:
        return count, thing, "is stopped and stays listed"
    return count, f"{thing}s", "are stopped and stay listed"


@receiver(what_leaving_touches)
def count_of_person(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    theirs = Batch.objects.filter(person=person)
    scheduled = ("scheduled messages", theirs.filter(state__in=WAITING).count())
    paused = theirs.filter(state=BatchState.PAUSED).count()
    return [scheduled, ("paused messages", paused)] if paused else [scheduled]
