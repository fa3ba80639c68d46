"""A message being written: kept automatically, also over an expired session."""

from django.db import models
from django.utils import timezone

from accounts.people.models import Person
from messaging.sending.models import Basket, Batch
from messaging.wording.models import Template
from smsportal.lib.ids import uuid7


class DraftQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "DraftQuerySet":
        return self.filter(person_id=person.pk)

    def open(self) -> "DraftQuerySet":
        return self.filter(sent_at__isnull=True)


class Draft(models.Model):
    """Everything as typed, wrong or right. `uid` is the request key of the batch it becomes."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    basket = models.ForeignKey(Basket, on_delete=models.PROTECT, related_name="drafts")
    numbers = models.TextField(blank=True)  # the By Mobile Number box, as typed
    body = models.TextField(blank=True)
    template = models.ForeignKey(Template, null=True, on_delete=models.SET_NULL)
    sender_choice = models.CharField(max_length=6, default="", blank=True)  # "alpha", "number"
    fill = models.JSONField(default=dict, blank=True)  # fields answered once for everyone
    is_later = models.BooleanField(default=False)
    send_date = models.CharField(max_length=20, blank=True)  # as typed
    send_time = models.CharField(max_length=20, blank=True)
    # Editing a scheduled batch: it keeps its place until this draft takes it.
    replaces = models.ForeignKey(
        Batch, null=True, on_delete=models.SET_NULL, related_name="edited_as"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-updated_at"])]
