"""Numbers that texts come from, and people who asked not to be texted."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from smsportal.lib.ids import uuid7


class Sender(models.Model):
    """A rented virtual number, unique to one user while it is live (S120)."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="senders")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="senders")
    number = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)  # charged by the month from here on
    released_at = models.DateTimeField(null=True)  # rested for QUARANTINE after that

    class Meta:
        indexes = [models.Index(fields=["number"])]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], name="number_rented_once", condition=Q(released_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.number


class OptOutQuerySet(models.QuerySet):
    def standing(self, department_id: int) -> "OptOutQuerySet":
        """Those in force for a department: its own and those for everywhere."""
        return self.filter(
            Q(department_id=department_id) | Q(department__isnull=True), lifted_at__isnull=True
        )

    def numbers(self, department_id: int, among: Iterable[str]) -> set[str]:
        return set(
            self.standing(department_id)
            .filter(number__in=list(among))
            .values_list("number", flat=True)
        )


class OptOut(models.Model):
    """A person asked this department (or, without one, everybody) not to text them."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="opt_outs"
    )
    number = models.CharField(max_length=16)
    words = models.CharField(max_length=160, blank=True)  # what they wrote: the evidence
    came_to = models.CharField(max_length=16, blank=True)  # the number or short code they texted
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True)  # who added it, where a person did
    lifted_at = models.DateTimeField(null=True)
    lifted_by_name = models.CharField(max_length=200, blank=True)
    lifted_why = models.CharField(max_length=200, blank=True)

    objects = OptOutQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["number"])]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "number"],
                name="opted_out_once",
                condition=Q(lifted_at__isnull=True, department__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["number"],
                name="opted_out_everywhere_once",
                condition=Q(lifted_at__isnull=True, department__isnull=True),
            ),
        ]
