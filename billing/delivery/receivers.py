"""Whoever leaves gets no more reports, and the links that their reports mailed end."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.audit.actors import Actor
from accounts.departments.models import Department
from accounts.departments.signals import department_closed, what_closing_touches
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from billing.delivery.models import DeliveryOrder, DeliveryReport


@receiver(person_left)
def stop_theirs(*, person: Person, now: dt.datetime, **_: Any) -> None:
    _coming().filter(person=person).update(stopped_at=now)
    DeliveryReport.objects.fetchable(now).filter(order__person=person).update(expires_at=now)


@receiver(department_closed)
def stop_all(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    _coming().filter(department=department).update(stopped_at=now)


@receiver(what_leaving_touches)
def count_theirs(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    return [("regular reports", _coming().filter(person=person).count())]


@receiver(what_closing_touches)
def count_all(*, department: Department, **_: Any) -> list[tuple[int, str, str]]:
    count = _coming().filter(department=department).count()
    what = "regular report" if count == 1 else "regular reports"
    return [(count, what, "comes no more" if count == 1 else "come no more")]


def _coming() -> Any:
    return DeliveryOrder.objects.filter(next_on__isnull=False, stopped_at__isnull=True)
