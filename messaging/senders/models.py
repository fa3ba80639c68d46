"""Numbers that texts come from, and people who asked not to be texted."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7
from smsportal.lib.phones import display, mask


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


class Asked(TextChoices):
    """How a person asked not to be texted."""

    TEXT = "text", "By text"
    EMAIL = "email", "By email"
    PHONE = "phone", "By phone"
    PERSON = "person", "In person"
    LETTER = "letter", "By letter"


class OptOutQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "OptOutQuerySet":
        """A department's own and those for everywhere; the messaging team sees only the latter."""
        if person.may("keep_opt_outs_everywhere"):
            return self.filter(department__isnull=True)
        if person.may("see_opt_outs"):
            return self.filter(Q(department_id=person.department_id) | Q(department__isnull=True))
        return self.none()

    def in_force(self) -> "OptOutQuerySet":
        return self.filter(lifted_at__isnull=True)

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
    asked = models.CharField(max_length=6, choices=Asked.choices, default=Asked.TEXT)
    words = models.CharField(max_length=500, blank=True)  # what they said: the evidence
    came_to = models.CharField(max_length=16, blank=True)  # the number or short code they texted
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True)  # who added it, where a person did
    lifted_at = models.DateTimeField(null=True)
    lifted_by_name = models.CharField(max_length=200, blank=True)
    lifted_why = models.CharField(max_length=500, blank=True)

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

    def __str__(self) -> str:
        return mask(self.number)

    @property
    def is_everywhere(self) -> bool:
        return self.department_id is None

    @property
    def is_by_text(self) -> bool:
        """Whether the person did it themselves."""
        return self.asked == Asked.TEXT

    @property
    def out_of(self) -> str:
        return self.department.name if self.department else "Everything but emergencies"

    @property
    def how(self) -> str:
        """Texted “STOP” to 07700 900412. Asked by email, added by Gareth Pugh."""
        if not self.is_by_text:
            said = f"Asked {self.asked_words}"
            return f"{said}, added by {self.added_by}" if self.by_name else said
        return self.texted[:1].upper() + self.texted[1:]

    @property
    def texted(self) -> str:
        """Within a sentence: texted “STOP” to 07700 900412."""
        words = self.words.strip()
        said = f"texted “{words}”" if words else "opted out by text"
        return f"{said} to {display(self.came_to)}" if self.came_to else said

    @property
    def asked_words(self) -> str:
        """By email, within a sentence."""
        return Asked(self.asked).label.lower()

    @property
    def added_by(self) -> str:
        return self.by_name.partition(" (")[0]

    @property
    def lifted_by(self) -> str:
        return self.lifted_by_name.partition(" (")[0]
