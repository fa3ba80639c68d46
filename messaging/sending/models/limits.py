"""What stands in the way of sending: the switch for everything, and the caps."""

from django.db import models
from django.db.models import Q

from smsportal.lib.ids import uuid7


class Halt(models.Model):
    """The operators have stopped all sending. The switch is whether one of these is on."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    is_on = models.BooleanField(default=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_on"], name="one_halt_at_a_time", condition=Q(is_on=True)
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Watermark(models.Model):
    """How far this database has come, and one row. Every machine that sends has the same in a
    file: a database that is behind such a file is an older copy of the one that texts went from.
    """

    uid = models.UUIDField(default=uuid7, editable=False)
    is_the_one = models.BooleanField(default=True, unique=True)
    era = models.PositiveIntegerField(default=1)  # another one after each restored backup
    level = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()  # when it rose last
    restored_at = models.DateTimeField(null=True)  # seen to be a copy, and not yet released
    restored_why = models.CharField(max_length=300, blank=True)
    # The last machine that asked and has never sent from this database.
    stranger = models.CharField(max_length=80, blank=True)
    stranger_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.era}.{self.level}"


class Allowance(models.Model):
    """Parts used, and what they cost, of one cap in one period. Reserved at acceptance, given back
    when not sent.
    """

    # department_year, department_month, person_month, person_day
    scope = models.CharField(max_length=16)
    owner_id = models.BigIntegerField()
    period_on = models.DateField()
    used_count = models.PositiveIntegerField(default=0)
    used_tenths = models.PositiveBigIntegerField(default=0)
    told_percent = models.PositiveSmallIntegerField(default=0)  # that its admins have heard of

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "owner_id", "period_on"], name="one_allowance_a_period"
            )
        ]
