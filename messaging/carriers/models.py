"""Who carries texts to the networks."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.audit.actors import Actor
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7


class CarrierQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "CarrierQuerySet":
        return self if person.may("manage_carriers") else self.none()

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
    password_set_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CarrierQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class CarrierHealth(models.Model):
    """What a carrier's sender knows of it. The sender alone writes it, every few seconds."""

    carrier = models.OneToOneField(Carrier, on_delete=models.CASCADE, related_name="health")
    at = models.DateTimeField()  # when the sender last said anything
    is_ready = models.BooleanField(default=False)  # texts can leave
    down_since = models.DateTimeField(null=True)  # since when they cannot
    connected_count = models.PositiveSmallIntegerField(default=0)
    connection_count = models.PositiveSmallIntegerField(default=0)
    in_hand_count = models.PositiveIntegerField(default=0)
    rate = models.FloatField(null=True)  # texts a second; null: as fast as it goes
    is_slowed = models.BooleanField(default=False)  # below the limit: the carrier asked for it
    last_accepted_at = models.DateTimeField(null=True)
    last_receipt_at = models.DateTimeField(null=True)
    # The last problem stays when it is over, so that the night's can be read in the morning.
    problem = models.CharField(max_length=200, blank=True)
    problem_since = models.DateTimeField(null=True)
    problem_over_at = models.DateTimeField(null=True)
    # Counted anew each day in London.
    counted_on = models.DateField(null=True)
    accepted_count = models.PositiveIntegerField(default=0)
    throttled_count = models.PositiveIntegerField(default=0)
    delivered_count = models.PositiveIntegerField(default=0)
    undelivered_count = models.PositiveIntegerField(default=0)
    # [[minute since 1970, texts that were accepted in it], ..] of the last hour
    minutes = models.JSONField(default=list)

    @property
    def has_problem(self) -> bool:
        return bool(self.problem) and self.problem_over_at is None


class SimulatedKind(TextChoices):
    TO_PHONE = "to_phone", "To the phone"
    FROM_PHONE = "from_phone", "From the phone"
    TURNED_AWAY = "turned_away", "Turned away"


class SimulatedText(models.Model):
    """The simulator's own ledger: what its network carried, and what it has yet to say of it.

    It outlives the sender, as a real network does: a killed sender hears every receipt later.
    """

    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=SimulatedKind.choices)
    ref = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=64, blank=True)  # the sender's own
    number = models.CharField(max_length=16)  # the phone
    peer = models.CharField(max_length=16)  # whom it texts with: an alpha tag or a number
    body = models.TextField()
    part_count = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    got_at = models.DateTimeField(null=True)  # when the phone holds it; null: never
    state = models.CharField(max_length=11, blank=True)  # of the receipt; empty: never any
    reason = models.CharField(max_length=10, blank=True)
    said_count = models.PositiveSmallIntegerField(default=0)
    says_count = models.PositiveSmallIntegerField(default=1)  # 2: the receipt comes twice
    next_due_at = models.DateTimeField(null=True)  # when it has something to say

    class Meta:
        indexes = [
            models.Index(
                fields=["carrier", "next_due_at"],
                name="simulated_due",
                condition=Q(next_due_at__isnull=False),
            ),
            models.Index(fields=["number", "-id"]),
        ]
