"""A department that does not have the service yet asks for it (S36)."""

import datetime as dt
import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.audit.actors import Actor
from accounts.departments.models import CodeKind, Department
from accounts.requests.states import OPEN, RequestState
from smsportal.lib.ids import REFERENCE_ALPHABET, uuid7

# So long whoever asked can still read the answer at the secret address.
READABLE_FOR = dt.timedelta(days=90)


def request_reference() -> str:
    return "SR-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


class AccountRequestQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "AccountRequestQuerySet":
        return self if person.may("manage_departments") else self.none()

    def open(self) -> "AccountRequestQuerySet":
        return self.filter(state__in=OPEN)


class AccountRequest(models.Model):
    """What was asked, and where it is. `answers` are those of OpeningForm, by its field names."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=request_reference)
    state = models.CharField(
        max_length=9, choices=RequestState.choices, default=RequestState.RECEIVED
    )
    name = models.CharField(max_length=120)  # of the department
    code = models.CharField(max_length=40)
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    asker_name = models.CharField(max_length=120)
    asker_email = models.EmailField()
    purpose = models.CharField(max_length=500)
    texts_a_year = models.PositiveIntegerField()
    wants_replies = models.BooleanField(default=False)
    wants_keyword = models.BooleanField(default=False)
    answers = models.JSONField()
    asked_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    # What whoever declined wrote; the department that was made of it.
    words = models.TextField(blank=True)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="requests"
    )

    objects = AccountRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"])]
        constraints = [
            models.CheckConstraint(
                name="request_settled_when_over",
                condition=Q(state__in=sorted(OPEN), settled_at__isnull=True)
                | (~Q(state__in=sorted(OPEN)) & Q(settled_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_approved_with_department",
                condition=Q(state=RequestState.APPROVED, department__isnull=False)
                | (~Q(state=RequestState.APPROVED) & Q(department__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_declined_with_words",
                condition=~Q(state=RequestState.DECLINED) | ~Q(words=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} ({self.name})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def inbound(self) -> str:
        """What of the inbound service was asked for, in words; "" for nothing."""
        asked = [
            *(["replies to virtual numbers"] * self.wants_replies),
            *(["a keyword"] * self.wants_keyword),
        ]
        return " and ".join(asked)

    def is_readable(self, now: dt.datetime) -> bool:
        return self.settled_at is None or now < self.settled_at + READABLE_FOR


class RequestStep(models.Model):
    """A request came into a state: when, and by whom."""

    request = models.ForeignKey(AccountRequest, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=9, choices=RequestState.choices)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    is_team = models.BooleanField()  # whoever asked reads "the messaging team", and no name

    def __str__(self) -> str:
        return self.get_state_display()
