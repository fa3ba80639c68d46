"""Who carries texts to the networks."""

import datetime as dt

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
    # So long it knows our reference again, and sends no second copy. null: nobody has proved it.
    dedupes_for_minutes = models.PositiveIntegerField(null=True)
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
    # Open: texts do not go, or one to try. The next carrier of their route may take them.
    breaker_opened_at = models.DateTimeField(null=True)
    breaker_tries_at = models.DateTimeField(null=True)
    breaker_why = models.CharField(max_length=200, blank=True)
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


class CarrierCall(models.Model):
    """What a carrier told us by calling, as it came. Its proof was right; its sender reads it."""

    carrier = models.ForeignKey(
        Carrier, on_delete=models.CASCADE, related_name="calls", db_index=False
    )
    about = models.CharField(max_length=6)  # an `About`
    query = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(blank=True)
    # Of a proof that no other call has; null where the same words may be said twice.
    once = models.CharField(max_length=64, null=True)  # noqa: DJ001 (unique, so null)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)  # what made no sense of it

    class Meta:
        indexes = [
            models.Index(fields=["carrier", "received_at"]),
            models.Index(
                fields=["carrier", "id"], name="call_unread", condition=Q(read_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "once"],
                name="call_heard_once",
                condition=Q(once__isnull=False),
            )
        ]


class CarrierTestState(TextChoices):
    """Where a test text is. Not sent: nothing has left. Refused: for good, by the network."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    NOT_SENT = "not_sent", "Not sent"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "May have been sent"
    ACCEPTED = "accepted", "Taken"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"


class CarrierTestQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "CarrierTestQuerySet":
        return self if person.may("manage_carriers") else self.none()


class CarrierTest(models.Model):
    """One text to one number that the messaging team typed, to see that a carrier works.

    Not a message: no department's, in no tally, never charged.
    """

    WAITS = dt.timedelta(seconds=60)  # for its sender
    VALID = dt.timedelta(minutes=10)  # for the network: nobody looks at a phone for longer

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="tests")
    number = models.CharField(max_length=16)
    sender = models.CharField(max_length=16)
    body = models.CharField(max_length=160)
    by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    state = models.CharField(
        max_length=11, choices=CarrierTestState.choices, default=CarrierTestState.WAITING
    )
    taken_at = models.DateTimeField(null=True)  # in hand of the sender
    answered_at = models.DateTimeField(null=True)
    ref = models.CharField(max_length=64, blank=True)  # the carrier's
    code = models.CharField(max_length=64, blank=True)
    why = models.CharField(max_length=200, blank=True)  # of not sent, refused, unknown; in words
    reported_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # of undelivered
    report = models.TextField(blank=True)  # as the carrier wrote it

    objects = CarrierTestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["carrier", "-asked_at"], name="carrier_test_latest"),
            models.Index(fields=["asked_at"], name="carrier_test_recent"),
            models.Index(
                fields=["state"],
                name="carrier_test_open",
                condition=Q(state__in=["waiting", "sending"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="test_that_left_was_taken",
                condition=Q(state__in=["waiting", "not_sent"]) | Q(taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="test_with_a_report_says_when",
                condition=~Q(state__in=["delivered", "undelivered"]) | Q(reported_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"test by {self.carrier}"


class SimulatedKind(TextChoices):
    TO_PHONE = "to_phone", "To the phone"
    FROM_PHONE = "from_phone", "From the phone"
    TURNED_AWAY = "turned_away", "Turned away"
    PART = "part", "Part of a long text"


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
    part_no = models.PositiveSmallIntegerField(default=1)  # of a part, and of the last to come
    at = models.DateTimeField()
    # When the phone holds it; null: never. Of a part: when its text was whole.
    got_at = models.DateTimeField(null=True)
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
