"""Texts as received: stored once, before anything is answered or acted on."""

from django.db import models
from django.db.models import Q

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.sending.models import Message
from smsportal.lib.ids import uuid7


class IncomingTextQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "IncomingTextQuerySet":
        """Replies belong to the user whose number was texted; an admin does not see them."""
        if person.may("see_own_messages"):
            return self.filter(person_id=person.pk)
        return self.none()


class IncomingText(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    carrier_ref = models.CharField(max_length=64)
    from_number = models.CharField(max_length=20)
    to_number = models.CharField(max_length=16)
    body = models.TextField()
    received_at = models.DateTimeField()
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    # The last text we sent this number from the number it answers.
    message = models.ForeignKey(
        Message, null=True, on_delete=models.SET_NULL, related_name="replies"
    )
    read_at = models.DateTimeField(null=True)

    objects = IncomingTextQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-received_at"]),
            models.Index(fields=["from_number", "-received_at"]),
            models.Index(fields=["received_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "carrier_ref"], name="received_once"),
            models.CheckConstraint(
                name="person_has_department",
                condition=Q(person__isnull=True) | Q(department__isnull=False),
            ),
        ]


class IncomingPart(models.Model):
    """A part of a long text, kept until the others have come."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    carrier_ref = models.CharField(max_length=64)
    from_number = models.CharField(max_length=20)
    to_number = models.CharField(max_length=16)
    reference = models.PositiveIntegerField()
    number = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    body = models.TextField()
    received_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)  # kept a little longer: it may come once more

    class Meta:
        indexes = [models.Index(fields=["received_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "from_number", "to_number", "reference", "total", "number"],
                name="part_received_once",
            ),
            models.CheckConstraint(
                name="part_of_its_text",
                condition=Q(number__gte=1, total__gt=1, number__lte=models.F("total")),
            ),
        ]
