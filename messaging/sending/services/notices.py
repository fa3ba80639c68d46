"""Administrators hear how much of a limit is used, before it stops their users."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.departments.models import Department
from accounts.mail import services as mail
from accounts.people.models import Person
from messaging.sending.models import Allowance
from messaging.sending.queries.caps import Cap, caps_of_department
from smsportal.lib.walltime import day_of
from smsportal.lib.words import money

THRESHOLDS: Final = (100, 80, 50)  # percent, each told of once in a period


def tell_of_caps(*, now: dt.datetime) -> int:
    """Mail the administrators of departments that have come past a threshold since; answers how
    many departments and periods there were.
    """
    return sum(_tell(*each, now=now) for each in _past_a_threshold(now))


def _past_a_threshold(now: dt.datetime) -> Iterator[tuple[Department, Cap, Allowance, int]]:
    limited = ("parts_per_year_cap", "parts_per_month_cap", "pounds_per_month_cap")
    has_any = Q(*((f"{name}__isnull", False) for name in limited), _connector=Q.OR)
    departments = Department.objects.filter(has_any, closed_at__isnull=True)
    caps = {
        (cap.scope, cap.owner_id, cap.period_on): (department, cap)
        for department in departments
        for cap in caps_of_department(department, day_of(now))
    }
    periods = {period_on for _, _, period_on in caps}
    for used in Allowance.objects.filter(period_on__in=periods, told_percent__lt=THRESHOLDS[0]):
        department, cap = caps.get((used.scope, used.owner_id, used.period_on), (None, None))
        if department is None or cap is None:
            continue
        past = next((n for n in THRESHOLDS if percent_of(cap, used) >= n), 0)
        if past > used.told_percent:
            yield department, cap, used, past


def percent_of(cap: Cap, used: Allowance) -> int:
    """Of the tighter one of its limits."""
    shares = [(used.used_count, cap.limit), (used.used_tenths, cap.limit_tenths)]
    return max((_percent(n, most) for n, most in shares if most is not None), default=0)


def _percent(used: int, most: int) -> int:
    return 100 * used // most if most else 100


def _tell(
    department: Department, cap: Cap, used: Allowance, percent: int, *, now: dt.datetime
) -> bool:
    admins = Person.objects.live().admins().filter(department=department).exclude(email="")
    with transaction.atomic():
        # The mails and the mark that they were written are one commit: told once, never lost.
        mine = Allowance.objects.filter(pk=used.pk, told_percent__lt=percent)
        if not mine.update(told_percent=percent):
            return False
        mail.send_many(
            [
                mail.letter(
                    to=to,
                    subject=f"{percent}% of the limit of {cap.words} is used",
                    body=_words(cap, used, percent),
                    department_id=department.pk,
                    now=now,
                )
                for to in admins.order_by("pk").values_list("email", flat=True)
            ]
        )
    return True


def _words(cap: Cap, used: Allowance, percent: int) -> str:
    lines = [f"Used or reserved by {cap.words}:"]
    if cap.limit is not None:
        lines.append(f"{used.used_count:,} of {cap.limit:,} texts")
    if cap.limit_tenths is not None:
        lines.append(f"{money(used.used_tenths)} of {money(cap.limit_tenths)}")
    then = (
        "Messages that would go over it are refused from now on. Emergencies still go."
        if percent == THRESHOLDS[0]
        else "Messages that would go over it will be refused. Emergencies still go."
    )
    return "\n".join([*lines, "", then, cap.ask, "", f"{settings.PORTAL_URL}/", ""])
