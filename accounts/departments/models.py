"""Departments, the codes they are charged to, and the name their texts come from."""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, DateField, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.audit.actors import Actor
from smsportal.lib import db
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7


def default_batch_cap() -> int:
    return settings.PARTS_PER_BATCH_CAP


class CodeKind(TextChoices):
    COST_CENTRE = "cost_centre", "Cost centre"
    PROJECT_TASK = "project_task", "Project Task"


class TagState(TextChoices):
    REQUESTED = "requested", "Requested"
    REGISTERED = "registered", "Registered"
    BLOCKED = "blocked", "Blocked"


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "DepartmentQuerySet":
        if person.may("manage_departments"):
            return self
        return self.filter(pk=person.department_id)

    def with_code(self, on: dt.date) -> "DepartmentQuerySet":
        """Adds `code` and `code_kind` as they are on that day."""
        return self.annotate(
            code=CostCode.of(OuterRef("pk"), on), code_kind=CostCode.of(OuterRef("pk"), on, "kind")
        )


class Department(models.Model):
    """A unit that is charged as one. Its cost code has its own rows, so it cannot be lost."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    alpha_tag = models.CharField(max_length=11)
    alpha_tag_state = models.CharField(
        max_length=12, choices=TagState.choices, default=TagState.REQUESTED
    )
    alpha_tag_state_at = models.DateTimeField(default=timezone.now)
    # Asked for in place of a registered tag: texts keep that one until this one is registered.
    next_alpha_tag = models.CharField(max_length=11, blank=True)
    # Caps, in parts but for the last one; empty means none.
    parts_per_year_cap = models.PositiveIntegerField(null=True, blank=True)
    parts_per_month_cap = models.PositiveIntegerField(null=True, blank=True)
    parts_per_batch_cap = models.PositiveIntegerField(default=default_batch_cap)
    pounds_per_month_cap = models.PositiveIntegerField(null=True, blank=True)
    # "Re:", "Fwd:" and "[EXTERNAL]" do not go out with texts sent by email.
    strips_subject_prefixes = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    frozen_at = models.DateTimeField(null=True)
    frozen_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="department_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="department_has_alpha_tag", condition=~Q(alpha_tag="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def status(self) -> str:
        """closed, frozen or active: a key of the words and icons of states."""
        if self.closed_at:
            return "closed"
        return "frozen" if self.frozen_at else "active"

    def code_on(self, day: dt.date) -> "CostCode | None":
        found = _CODE_ON(department=self.pk, day=day)
        return found[0] if found else None

    def shown_on(self, day: dt.date) -> str:
        """S17: name and cost code as one, "Department of Physics PH0123"."""
        code = self.code_on(day)
        return f"{self.name} {code}" if code else self.name


class CostCode(models.Model):
    """From `from_on` on, the department is charged to this code."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=CodeKind.choices)
    from_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "from_on"], name="one_code_a_day"),
            models.CheckConstraint(name="code_not_empty", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def of(cls, department: Any, on: Any, column: str = "code") -> Subquery:
        """For a query about departments: what they have on that day. Both may be expressions."""
        theirs = cls.objects.filter(department=department, from_on__lte=on).order_by("-from_on")
        return Subquery(theirs.values(column)[:1])


# Asked for every page.
_CODE_ON: Final = db.Ready[CostCode](
    lambda: CostCode.objects.filter(
        department_id=db.Given("department", BigIntegerField()),
        from_on__lte=db.Given("day", DateField()),
    ).order_by("-from_on")[:1]
)
