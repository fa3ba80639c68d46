"""Calls to a department's own systems, one for each text to a keyword that wants them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbound.keywords.models import Keyword
from messaging.incoming.models import IncomingText
from smsportal.lib.ids import uuid7


class WebhookCall(models.Model):
    """Made with the text's place; it may arrive twice under one id, and is never lost."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="calls")
    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="+")
    words = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=160, blank=True)
    taken_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                name="call_waiting",
                condition=Q(taken_at__isnull=True, given_up_at__isnull=True),
            ),
            models.Index(fields=["keyword", "-id"]),
        ]
