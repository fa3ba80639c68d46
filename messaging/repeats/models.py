"""Messages that are sent more than once: what is chosen, and what became of each time."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.compose.pattern import Every, Pattern
from messaging.compose.when import how_long
from messaging.sending.models import Basket, Batch
from messaging.wording.models import TemplateVersion
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7
from smsportal.lib.words import day


class RepeatState(TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


LIVE = (RepeatState.ACTIVE, RepeatState.PAUSED)


class RepeatQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "RepeatQuerySet":
        """A user's own; the whole department's for its admin, read-only."""
        if person.may("see_department_messages"):
            return self.filter(department_id=person.department_id)
        if person.may("see_own_messages"):
            return self.filter(person_id=person.pk)
        return self.none()

    def live(self) -> "RepeatQuerySet":
        return self.filter(state__in=LIVE)


class Repeat(models.Model):
    """Words, sender and people as chosen. Who that is, is asked again each time."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    request_key = models.UUIDField(unique=True)  # of the draft: a second click finds this one
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="repeats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="repeats")
    body = models.TextField()
    fill = models.JSONField(default=dict, blank=True)  # fields answered once for everyone
    columns = models.JSONField(default=list, blank=True)  # of a file, for who writes it again
    template_version = models.ForeignKey(TemplateVersion, null=True, on_delete=models.PROTECT)
    sender_choice = models.CharField(max_length=16)  # the key of a Choice
    numbers = models.TextField(blank=True)  # the By Mobile Number box, as typed
    # Its rows say which groups and contacts were chosen; those of a file are people for good.
    basket = models.ForeignKey(Basket, on_delete=models.PROTECT, related_name="repeats")
    leaves_out_incomplete = models.BooleanField(default=False)
    every = models.CharField(max_length=5, choices=Every.choices)
    days = models.JSONField(default=list, blank=True)  # of the week: 0 is Monday
    is_last_day = models.BooleanField(default=False)  # of the month
    time = models.TimeField()  # in London
    from_on = models.DateField()
    until_on = models.DateField()
    left_out = models.JSONField(default=list, blank=True)  # ["2026-05-29"]
    version_count = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=6, choices=RepeatState.choices)
    why = models.CharField(max_length=300, blank=True)  # it is paused or ended, in words
    next_wall = models.DateTimeField(null=True)  # London's, read as if UTC
    next_at = models.DateTimeField(null=True)  # None: no date is left
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = RepeatQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], name="repeat_waiting", condition=Q(next_at__isnull=False)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="ended_repeat_never_goes",
                condition=~Q(state="ended") | Q(next_at__isnull=True, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="paused_repeat_says_why", condition=~Q(state="paused") | ~Q(why="")
            ),
        ]

    def __str__(self) -> str:
        return self.pattern.words

    @property
    def pattern(self) -> Pattern:
        return Pattern(
            every=self.every,
            at=self.time,
            from_on=self.from_on,
            until_on=self.until_on,
            days=tuple(self.days),
            is_last_day=self.is_last_day,
            left_out=frozenset(map(dt.date.fromisoformat, self.left_out)),
        )

    @property
    def words(self) -> str:
        """every Friday at 9:00am, until 19 June 2026"""
        return f"{self.pattern.words}, until {day(self.until_on)}"


class RepeatVersion(models.Model):
    """What it said, and when it went, before it was changed."""

    repeat = models.ForeignKey(Repeat, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    words = models.CharField(max_length=200)  # when it goes
    created_at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repeat", "number"], name="repeat_version_once")
        ]


class OccurrenceState(TextChoices):
    DUE = "due", "About to go"
    SENT = "sent", "Sent"
    NOT_SENT = "not_sent", "Not sent"
    MISSED = "missed", "Missed"
    LEFT_OUT = "left_out", "Left out"


class Occurrence(models.Model):
    """One time that a repeat came round. Inserting it is the lock: it comes round once."""

    # The request key of its message, too: however often it is tried, that is one.
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    repeat = models.ForeignKey(Repeat, on_delete=models.CASCADE, related_name="occurrences")
    wall = models.DateTimeField()  # the London time that was asked for, read as if UTC
    due_at = models.DateTimeField()
    version_number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=OccurrenceState.choices)
    is_late = models.BooleanField(default=False)
    why = models.CharField(max_length=500, blank=True)
    basket = models.ForeignKey(Basket, null=True, on_delete=models.PROTECT, related_name="+")
    batch = models.OneToOneField(
        Batch, null=True, on_delete=models.PROTECT, related_name="occurrence"
    )
    rung_at = models.DateTimeField()  # when a worker was last asked to see to it
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["rung_at"], name="occurrence_due", condition=Q(state="due"))
        ]
        constraints = [
            models.UniqueConstraint(fields=["repeat", "wall"], name="comes_round_once"),
            models.CheckConstraint(
                name="sent_has_a_message",
                condition=Q(state="sent", batch__isnull=False)
                | (~Q(state="sent") & Q(batch__isnull=True)),
            ),
        ]

    @property
    def late_words(self) -> str:
        """1 hour and 20 minutes late"""
        if not self.is_late or self.batch is None:
            return ""
        return f"{how_long(self.batch.accepted_at - self.due_at).removeprefix('in ')} late"
