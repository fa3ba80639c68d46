"""What the relay remembers of emails: that they were taken, alarms that repeat, and summaries."""

from django.db import models
from django.db.models import Q

from accounts.people.models import Person
from messaging.sending.models import Batch
from smsportal.lib.ids import uuid7


class RelayReceipt(models.Model):
    """One recipient of a mail that was answered with 250. A client that never heard the answer
    sends the mail again, and finds this.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # its index: one_text_a_mail
    key = models.CharField(max_length=64)  # of the Message-ID, or of the whole mail without one
    number = models.CharField(max_length=16)
    # None: an alarm that was counted with an earlier one.
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="relay_receipt_until")]
        constraints = [
            models.UniqueConstraint(fields=["person", "key", "number"], name="one_text_a_mail")
        ]

    def __str__(self) -> str:
        return self.key[:12]


class AlarmWindow(models.Model):
    """The minutes after an alarm in which others that say the same are counted and not sent.

    While it is open the database lets there be no second one.
    """

    # The request key of the text at its end, too: however often that is tried, it is one.
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # of what it says and to whom
    subject = models.TextField()  # of the first
    recipients = models.JSONField()  # E.164
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    held_count = models.PositiveIntegerField(default=0)  # after the first
    is_open = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True)  # the text at the end was accepted, or will not be
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)  # there is no such text, in words

    class Meta:
        indexes = [
            models.Index(
                fields=["until"], name="alarm_window_waiting", condition=Q(ended_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], name="one_open_alarm_window", condition=Q(is_open=True)
            ),
            models.CheckConstraint(
                name="open_alarm_window_has_not_ended",
                condition=Q(is_open=False) | Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Summarised(models.Model):
    """This message was in a summary. Inserting it is the claim: it is in one."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="summarised")
    at = models.DateTimeField()
