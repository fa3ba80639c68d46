"""Words that people text to the short code, each one department's while it has it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from inbound.handling.models import Handling
from smsportal.lib.ids import uuid7


class KeywordQuerySet(models.QuerySet):
    def live(self) -> "KeywordQuerySet":
        return self.filter(released_at__isnull=True)

    def visible_to(self, person: Person) -> "KeywordQuerySet":
        """All for operators; the department's for its admin; for a user those given to read."""
        if person.may("manage_inbound"):
            return self
        if person.may("handle_keywords"):
            return self.filter(department_id=person.department_id)
        if person.may("see_own_messages"):
            return self.read_by(person.pk, person.department_id)
        return self.none()

    def read_by(self, person_id: Any, department_id: Any) -> "KeywordQuerySet":
        return self.filter(readers=person_id, department_id=department_id)


class Keyword(Handling):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="keywords")
    word = models.CharField(max_length=30)  # in capitals, with single spaces
    skeleton = models.CharField(max_length=30)  # equal for those that people would confuse
    readers = models.ManyToManyField(Person, related_name="keywords", blank=True)
    webhook_url = models.CharField(max_length=500, blank=True)
    webhook_secret = models.TextField(blank=True)  # sealed
    created_at = models.DateTimeField(default=timezone.now)  # charged by the month from here on
    released_at = models.DateTimeField(null=True)

    objects = KeywordQuerySet.as_manager()

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            *Handling.Meta.constraints,
            models.UniqueConstraint(
                fields=["skeleton"], name="keyword_once", condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(name="keyword_is_a_word", condition=~Q(word="")),
        ]

    def __str__(self) -> str:
        return self.word
