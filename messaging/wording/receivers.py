"""A new department begins with words for what most departments write (S1 to S5)."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.audit.actors import Actor, System
from accounts.departments.models import Department
from accounts.departments.signals import department_opened
from messaging.wording import services


@receiver(department_opened)
def give_the_starter_pack(*, department: Department, by: Actor, now: dt.datetime, **_: Any) -> None:
    actor = System(department.pk, audit_name=by.audit_name)
    services.add_starter_pack(department=department, by=actor, now=now)
