"""Questions about departments and the people in them."""

import datetime as dt

from django.db.models import Count, Q, QuerySet

from accounts.audit.actors import Actor
from accounts.departments import alpha_tags
from accounts.departments.models import CostCode, Department
from accounts.departments.signals import what_closing_touches

STATUSES = {
    "active": Q(closed_at__isnull=True, frozen_at__isnull=True),
    "frozen": Q(closed_at__isnull=True, frozen_at__isnull=False),
    "closed": Q(closed_at__isnull=False),
}
LIVE = Q(people__left_at__isnull=True)


def departments(person: Actor, *, words: str = "", status: str = "", on: dt.date) -> QuerySet:
    """By name, with `code`, `admin_count` and `user_count`; words: name, cost code or Alpha tag."""
    found = (
        Department.objects.visible_to(person)
        .with_code(on)
        .annotate(
            admin_count=Count("people", filter=LIVE & Q(people__role="admin")),
            user_count=Count("people", filter=LIVE & Q(people__role="user")),
        )
        .order_by("name", "pk")
    )
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(code__icontains=word) | Q(alpha_tag__icontains=word)
        )
    return found.filter(STATUSES[status]) if status in STATUSES else found


def code_history(department: Department) -> list[CostCode]:
    """The latest first: planned ones, the one of today, former ones."""
    return list(department.codes.order_by("-from_on"))


def tag_warnings(tag: str, department: Department | None = None) -> list[str]:
    """What networks or readers may stumble over; tags of other open departments among it."""
    others = Department.objects.filter(closed_at__isnull=True)
    if department:
        others = others.exclude(pk=department.pk)
    known = {tag for pair in others.values_list("alpha_tag", "next_alpha_tag") for tag in pair}
    return [warning.words for warning in alpha_tags.warnings(tag, known - {""})]


def head_count(department: Department) -> dict[str, int]:
    return department.people.live().aggregate(
        admin_count=Count("pk", filter=Q(role="admin")),
        user_count=Count("pk", filter=Q(role="user")),
    )


def what_closing_does(department: Department) -> list[tuple[int, str, str]]:
    """What other wings say that closing would touch, the empty ones left out."""
    answers = what_closing_touches.send(sender=Department, department=department)
    return [row for _, touched in answers for row in touched if row[0]]
