"""Delivery reports for a period (S127): asked for, made by the worker, fetched by a link."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from billing.delivery.periods import Often, Period
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7

KEPT_FOR = dt.timedelta(days=7)
MOST_FETCHES = 10  # by one link


class What(TextChoices):
    TEXTS = "texts", "What happened to each text"
    MESSAGES = "messages", "Each message with its counts"


class Kind(TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class ReportState(TextChoices):
    WAITING = "waiting", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be made"
    EXPIRED = "expired", "Expired"


class OrderQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "OrderQuerySet":
        """Whoever asked, and nobody else."""
        if person.may("get_delivery_reports"):
            return self.filter(person_id=person.pk)
        return self.none()


class DeliveryOrder(models.Model):
    """What somebody wants to know, how often, and who is mailed the link."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="delivery_orders"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delivery_orders")
    what = models.CharField(max_length=8, choices=What.choices)
    has_words = models.BooleanField()  # and names and whole numbers
    kind = models.CharField(max_length=4, choices=Kind.choices)
    often = models.CharField(max_length=7, choices=Often.choices)
    addresses = models.JSONField(default=list)
    next_on = models.DateField(null=True)  # of one that comes again
    created_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_on"], name="order_due", condition=Q(stopped_at__isnull=True)
            ),
            models.Index(fields=["person", "-created_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="order_comes_again_on_a_day",
                condition=Q(often=Often.ONCE, next_on__isnull=True)
                | (~Q(often=Often.ONCE) & Q(next_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery report, {self.get_often_display().lower()}"


class ReportQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "ReportQuerySet":
        if person.may("get_delivery_reports"):
            return self.filter(order__person_id=person.pk)
        return self.none()

    def fetchable(self, now: dt.datetime) -> "ReportQuerySet":
        return self.filter(state=ReportState.READY, expires_at__gt=now)


class DeliveryReport(models.Model):
    """One file for one period."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    order = models.ForeignKey(DeliveryOrder, on_delete=models.CASCADE, related_name="reports")
    first_on = models.DateField()
    last_on = models.DateField()
    state = models.CharField(max_length=7, choices=ReportState.choices, default=ReportState.WAITING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    stored_name = models.CharField(max_length=60, blank=True)  # in REPORT_DIR, while it is there
    row_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # {"texts": 968, "delivered": 951, ..}
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="report_waiting", condition=Q(state="waiting")),
            models.Index(fields=["expires_at"], name="report_ready", condition=Q(state="ready")),
        ]
        constraints = [
            models.CheckConstraint(
                name="report_days_in_order", condition=Q(first_on__lte=models.F("last_on"))
            ),
            models.CheckConstraint(
                name="report_ready_has_a_file",
                condition=~Q(state="ready")
                | (
                    Q(ready_at__isnull=False, expires_at__isnull=False, lease_until__isnull=True)
                    & ~Q(stored_name="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery report, {self.period}"

    @property
    def period(self) -> Period:
        return Period(self.first_on, self.last_on)

    @property
    def file_name(self) -> str:
        return f"delivery-{self.first_on}-to-{self.last_on}.{self.order.kind}"


class DeliveryLink(models.Model):
    """What was mailed to one address. Only its hash is kept."""

    report = models.ForeignKey(DeliveryReport, on_delete=models.CASCADE, related_name="links")
    address = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    fetch_count = models.PositiveSmallIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address

    @property
    def is_used_up(self) -> bool:
        return self.fetch_count >= MOST_FETCHES
