"""Who carries texts to the networks."""

from django.db import models
from django.utils import timezone

from smsportal.lib.ids import uuid7


class CarrierQuerySet(models.QuerySet):
    def usable(self) -> "CarrierQuerySet":
        return self.filter(is_enabled=True, paused_at__isnull=True)


class Carrier(models.Model):
    """A connection texts leave by. Its adapter is the folder of messaging/carriers named `kind`."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.SlugField(unique=True)
    kind = models.CharField(max_length=20)
    # The router refuses drama numbers (07700 900xxx) to any carrier that is not a sandbox.
    is_sandbox = models.BooleanField(default=False)
    is_charging = models.BooleanField(default=True)
    is_enabled = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True)
    window = models.PositiveIntegerField(default=50)  # texts in hand at once
    texts_per_second = models.PositiveIntegerField(null=True)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CarrierQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
