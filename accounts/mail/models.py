"""Mail waiting to leave. The worker sends it; no page waits for a mail server."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from smsportal.lib.ids import uuid7


class OutgoingMail(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    html = models.TextField(blank=True)
    department_id = models.BigIntegerField(null=True)
    about = models.UUIDField(null=True)  # of what it is a copy; whose that is knows what it means
    # It answers a mail: with a null return path, so that nothing can answer it (RFC 3834).
    is_reply = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                name="mail_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(fields=["about"], name="mail_about", condition=Q(about__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_or_failed",
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_waiting(self) -> bool:
        return self.sent_at is None and self.failed_at is None
