"""What the operators watch: whether each long-running process is at work, and what is wrong."""

import datetime as dt

from django.db import models

from accounts.audit.actors import Actor
from messaging.operations.kinds import KINDS


class Heartbeat(models.Model):
    """When a process last said that it does its work: `worker`, `beat`, `sender:simulator`."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class TroubleQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "TroubleQuerySet":
        return self if person.may("see_troubles") else self.none()

    def going(self) -> "TroubleQuerySet":
        return self.filter(over_at__isnull=True)


class Trouble(models.Model):
    """Something that is wrong, from when it began until it was over. What is said of it is in
    kinds.py. A row is opened and closed by whoever keeps watch, and by nobody else.
    """

    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=80, blank=True)  # the carrier, lane or machine
    detail = models.CharField(max_length=300, blank=True)  # a whole sentence, as seen last
    about_uid = models.UUIDField(null=True)  # of the object whose page the advice leads to
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)  # the last mail that it goes on
    over_mailed_at = models.DateTimeField(null=True)

    objects = TroubleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["over_at"], name="trouble_over")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                name="one_trouble_at_a_time",
                condition=models.Q(over_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    @property
    def what(self) -> str:
        """A kind that is gone is still part of the history."""
        kind = KINDS.get(self.kind)
        return kind.what.format(subject=self.subject) if kind else str(self)

    @property
    def doing(self) -> str:
        return KINDS[self.kind].doing

    @property
    def advice(self) -> str:
        return KINDS[self.kind].advice.format(subject=self.subject)

    @property
    def patience(self) -> dt.timedelta:
        return KINDS[self.kind].patience
