"""Whether a department still needs the service in a financial year. Silence renews (S40)."""

from django.db import models
from django.db.models import Q

from accounts.audit.actors import Actor
from accounts.departments.models import Department
from smsportal.lib.choices import TextChoices


class Answer(TextChoices):
    NONE = "", "No answer: goes on"
    NEEDED = "needed", "Still needed"
    CANCELLED = "cancelled", "Cancelled"


class RenewalQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "RenewalQuerySet":
        if person.may("manage_departments"):
            return self
        if person.may("answer_renewal"):
            return self.filter(department_id=person.department_id)
        return self.none()

    def cancelled(self) -> "RenewalQuerySet":
        return self.filter(answer=Answer.CANCELLED)


class Renewal(models.Model):
    """One department and the year that begins on that day, once it was asked or has answered."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="renewals")
    year_begins_on = models.DateField()
    mailed_count = models.PositiveSmallIntegerField(default=0)  # see calendar.Stage
    mailed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=9, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_name = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)  # the day has come, and the department was closed

    objects = RenewalQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["year_begins_on"],
                name="renewal_to_close",
                condition=Q(answer="cancelled", closed_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "year_begins_on"], name="one_renewal_a_year"
            ),
            models.CheckConstraint(
                name="renewal_answer_has_its_time",
                condition=Q(answer="", answered_at__isnull=True, answered_by_name="")
                | (~Q(answer="") & Q(answered_at__isnull=False) & ~Q(answered_by_name="")),
            ),
            models.CheckConstraint(
                name="only_the_cancelled_are_closed",
                condition=Q(closed_at__isnull=True) | Q(answer="cancelled"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} from {self.year_begins_on:%d/%m/%Y}"

    @property
    def is_cancelled(self) -> bool:
        return self.answer == Answer.CANCELLED
