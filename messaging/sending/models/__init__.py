"""Texts on their way. The Message table is the outbox; the broker is only a bell."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact
from messaging.routes.plan import ANY, LONGEST
from messaging.sending.models.limits import Allowance as Allowance
from messaging.sending.models.limits import Halt as Halt
from messaging.sending.models.limits import Watermark as Watermark
from messaging.sending.states import BatchState, Lane, State, Undelivered, key_of
from messaging.sending.story import what_happened
from messaging.wording.models import TemplateVersion
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import batch_reference, uuid7


class Basket(models.Model):
    """The people one message goes to, resolved and de-duplicated as they are added."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="baskets")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="baskets")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    # From the moment a batch is accepted until it is undone: nobody is added or removed.
    is_frozen = models.BooleanField(default=False)


WAITING = (BatchState.HELD, BatchState.SCHEDULED)  # nothing of it has begun to go
GOING = (BatchState.RUNNING, BatchState.PAUSED)  # some of it may have gone, and more may go


class RowState(TextChoices):
    OK = "ok", "Goes"
    DUPLICATE = "duplicate", "Not sent: duplicate"
    OPTED_OUT = "opted_out", "Not sent: opted out"
    REFUSED = "refused", "Needs correcting"


class RowSource(TextChoices):
    TYPED = "typed", "By Mobile Number"
    CONTACT = "contact", "Quick Contacts Selection"
    GROUP = "group", "Group"
    FILE = "file", "By Import"
    BATCH = "batch", "Follow-up"


class BasketRow(models.Model):
    """One person as chosen. Rows that do not go stay, with the reason, to be shown."""

    basket = models.ForeignKey(
        Basket, on_delete=models.CASCADE, related_name="rows", db_index=False
    )  # its constraints have indexes that begin with it
    row_no = models.PositiveIntegerField()  # order in the basket; a file's own row in file_row
    state = models.CharField(max_length=10, choices=RowState.choices)
    number = models.CharField(max_length=16, blank=True)  # E.164; empty when refused
    typed = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)
    suggestion = models.CharField(max_length=16, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    # A personal contact's name is hidden from the department's admin.
    is_private = models.BooleanField(default=False)
    values = models.JSONField(null=True, blank=True)  # further columns of a file
    file_row = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=10, choices=RowSource.choices)
    source_uid = models.UUIDField(null=True)  # of the group, contact, upload or batch
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL)

    class Meta:
        indexes = [models.Index(fields=["basket", "source", "source_uid"])]
        constraints = [
            models.UniqueConstraint(fields=["basket", "row_no"], name="basket_row_once"),
            models.UniqueConstraint(
                fields=["basket", "number"], name="one_text_a_person", condition=Q(state="ok")
            ),
            models.CheckConstraint(
                name="refused_has_no_number", condition=~Q(state="refused") | Q(number="")
            ),
        ]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class BatchQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "BatchQuerySet":
        """A user's own, by any source; the whole department's for its admin, read-only."""
        if person.may("see_department_messages"):
            return self.filter(department_id=person.department_id)
        if person.may("see_own_messages"):
            return self.filter(person_id=person.pk)
        return self.none()


class Batch(models.Model):
    """One message to one or many people, with everything as it was when it was accepted."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    reference = models.CharField(max_length=10, unique=True, default=batch_reference)
    request_key = models.UUIDField(unique=True)  # a second click finds the first's batch
    # Those two are looked for by the indexes below, that begin with them.
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="batches", db_index=False
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="batches", db_index=False
    )
    person_name = models.CharField(max_length=200)
    cost_code = models.CharField(max_length=40)
    cost_code_kind = models.CharField(
        max_length=12, choices=CodeKind.choices, default=CodeKind.COST_CENTRE
    )
    price_tenths = models.PositiveIntegerField()  # of one part, in tenths of a penny
    source = models.CharField(max_length=12, default="portal")
    sender = models.CharField(max_length=16)  # alpha tag or E.164
    sender_kind = models.CharField(max_length=6, choices=[("alpha", "alpha"), ("number", "number")])
    wording = models.TextField()  # as written, with its ((fields))
    body = models.TextField()  # what everybody gets, unless is_merged
    fill = models.JSONField(default=dict, blank=True)  # fields answered once for everyone
    is_merged = models.BooleanField(default=False)  # words differ from person to person
    template_version = models.ForeignKey(TemplateVersion, null=True, on_delete=models.PROTECT)
    basket = models.ForeignKey(Basket, null=True, on_delete=models.PROTECT, related_name="batches")
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.INTERACTIVE)
    state = models.CharField(max_length=10, choices=BatchState.choices)
    send_at = models.DateTimeField()
    send_wall = models.DateTimeField(null=True)  # the wall time asked for, read as if UTC
    valid_until = models.DateTimeField()
    person_count = models.PositiveIntegerField()
    part_count = models.PositiveIntegerField()  # reserved against the caps
    reserved_on = models.DateField()  # the London day whose caps and price it counts for
    left_out = models.JSONField(default=dict)  # {"duplicate": 8, "opted_out": 3}
    accepted_at = models.DateTimeField()
    expanded_at = models.DateTimeField(null=True)  # every text has its row
    started_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)  # every text has left `scheduled`
    finished_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True)  # who cancelled or stopped
    # Kept when it finishes while paused: what comes back to it then still waits for its person.
    paused_at = models.DateTimeField(null=True)
    paused_by_name = models.CharField(max_length=200, blank=True)
    emergency_reason = models.CharField(max_length=200, blank=True)  # why it is in that lane
    notify = models.BooleanField(default=False)
    # Counted by the worker while texts move: {"delivered": 10, ..}. Lists read only this.
    tally = models.JSONField(default=dict)
    charged_part_count = models.PositiveIntegerField(default=0)
    tallied_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["department", "-send_at"]),
            models.Index(fields=["person", "-send_at"]),
            models.Index(
                fields=["send_at"],
                name="batch_waiting",
                condition=Q(state__in=["held", "scheduled"]),
            ),
            models.Index(fields=["lane", "id"], name="batch_running", condition=Q(state="running")),
            models.Index(fields=["changed_at"], name="batch_stopped", condition=Q(state="stopped")),
            models.Index(
                fields=["changed_at"],
                name="batch_untallied",
                condition=Q(tallied_at__isnull=True) | Q(tallied_at__lt=F("changed_at")),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_emergency_says_why",
                condition=Q(lane=Lane.EMERGENCY) & ~Q(emergency_reason="")
                | ~Q(lane=Lane.EMERGENCY) & Q(emergency_reason=""),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_emergency(self) -> bool:
        return self.lane == Lane.EMERGENCY

    @property
    def cost_tenths(self) -> int:
        return self.part_count * self.price_tenths

    @property
    def charged_tenths(self) -> int:
        return self.charged_part_count * self.price_tenths

    @property
    def shown_cost_tenths(self) -> int:
        """What it has cost once it has begun to go; before that, what it will cost."""
        return self.cost_tenths if self.state in WAITING else self.charged_tenths

    @property
    def is_under_way(self) -> bool:
        return self.state in (*GOING, BatchState.STOPPED, BatchState.FINISHED)

    @property
    def delivered_count(self) -> int:
        return self.tally.get(State.DELIVERED, 0)

    @property
    def not_delivered_count(self) -> int:
        return sum(self.tally.get(key_of(State.UNDELIVERED, r), 0) for r in Undelivered.values)

    @property
    def summary(self) -> str:
        """How it went, in numbers: "158 of 164 delivered"."""
        if self.is_under_way:
            return f"{self.delivered_count:,} of {self.person_count:,} delivered"
        return "1 person" if self.person_count == 1 else f"{self.person_count:,} people"


class Message(models.Model):
    """One text to one person: one insert, then at most three batched updates.

    Each update writes to every index there is, so a foreign key has one only where it is asked.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="messages", db_index=False
    )  # its index: row_expanded_once
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    row_no = models.PositiveIntegerField()
    number = models.CharField(max_length=16)
    name = models.CharField(max_length=161, blank=True)
    is_private = models.BooleanField(default=False)
    body = models.TextField(blank=True)  # empty: the batch's body, word for word
    part_count = models.PositiveSmallIntegerField()
    lane = models.PositiveSmallIntegerField(choices=Lane.choices)
    state = models.CharField(max_length=11, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=200, blank=True)  # in words, for waiting and failed ones
    next_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    attempt_count = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_losses = models.PositiveSmallIntegerField(default=0)
    carrier = models.ForeignKey(
        Carrier, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The carriers that may take it, the first choice first: messaging/routes/plan.py.
    path = models.CharField(max_length=LONGEST, blank=True, default=ANY, db_default=ANY)
    carrier_ref = models.CharField(max_length=64, null=True)  # noqa: DJ001 (unique, so null)
    maybe_sent = models.BooleanField(default=False)
    # When the first copy that is still in doubt was taken in hand; null without a doubt.
    doubted_at = models.DateTimeField(null=True)
    # One in doubt that goes out again by itself: after that its carrier may not know it any more.
    resend_until = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)  # the carrier took it: charged from here
    accepted_part_count = models.PositiveSmallIntegerField(default=0)
    final_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch", "state", "path", "next_at", "id"], name="message_outbox"),
            models.Index(
                fields=["lane", "next_at"], name="message_waiting", condition=Q(state="queued")
            ),
            models.Index(
                fields=["lease_until"], name="message_leased", condition=Q(state="sending")
            ),
            models.Index(
                fields=["valid_until"],
                name="message_open",
                condition=Q(state__in=["queued", "submitted", "unknown"]),
            ),
            models.Index(
                fields=["doubted_at", "id"], name="message_in_doubt", condition=Q(state="unknown")
            ),
            models.Index(
                fields=["resend_until"],
                name="message_resent",
                condition=Q(state="queued", resend_until__isnull=False),
            ),
            models.Index(fields=["number", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_no"], name="row_expanded_once"),
            # The reference first: many are asked for at once, and a carrier has had millions.
            models.UniqueConstraint(
                fields=["carrier_ref", "carrier"],
                name="carrier_ref_once",
                condition=Q(carrier_ref__isnull=False),
            ),
            models.CheckConstraint(
                name="sending_has_lease",
                condition=Q(state="sending", lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="maybe_sent_is_never_not_sent",
                condition=Q(maybe_sent=False) | ~Q(state__in=["failed", "expired", "cancelled"]),
            ),
            models.CheckConstraint(
                name="undelivered_says_why",
                condition=~Q(state="undelivered") | Q(reason__in=Undelivered.values),
            ),
        ]


class PartState(TextChoices):
    ACCEPTED = "accepted", "no report yet"
    NOT_SENT = "not_sent", "not sent"
    UNKNOWN = "unknown", "may have been sent"
    DELIVERED = "delivered", "delivered"
    UNDELIVERED = "undelivered", "not delivered"


class TextPart(models.Model):
    """One part of a text that went in several, where the network tells of each by itself."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="parts", db_index=False
    )  # its index: part_once
    attempt = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=11, choices=PartState.choices)
    reason = models.CharField(max_length=10, blank=True)  # of an undelivered one
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier_ref = models.CharField(max_length=64, null=True)  # noqa: DJ001 (unique, so null)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "attempt", "number"], name="part_once"),
            models.UniqueConstraint(
                fields=["carrier_ref", "carrier"],
                name="part_ref_once",
                condition=Q(carrier_ref__isnull=False),
            ),
            models.CheckConstraint(
                name="undelivered_part_says_why",
                condition=~Q(state="undelivered") | Q(reason__in=Undelivered.values),
            ),
        ]

    @property
    def words(self) -> str:
        reason = Undelivered(self.reason).label.lower() if self.reason else ""
        return reason or PartState(self.state).label


class Attempt(models.Model):
    """The story of a text that left the clean path. phase: a `Phase`."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    carrier = models.ForeignKey(Carrier, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    phase = models.CharField(max_length=12)
    code = models.CharField(max_length=64, blank=True)
    words = models.CharField(max_length=200, blank=True)
    is_overruled = models.BooleanField(default=False)
    granted_by_name = models.CharField(max_length=200, blank=True)

    @property
    def told(self) -> str:
        return what_happened(self)


class Receipt(models.Model):
    """A delivery receipt that matched no text, or might not be applied: kept raw and swept."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    carrier_ref = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)  # ours, where the carrier echoes it
    state = models.CharField(max_length=11)
    reason = models.CharField(max_length=40, blank=True)
    raw = models.TextField(blank=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    orphan_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                name="receipt_waiting",
                condition=Q(applied_at__isnull=True, orphan_at__isnull=True),
            )
        ]
