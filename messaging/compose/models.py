"""A message being written: kept automatically, also over an expired session."""

from django.db import models
from django.utils import timezone

from accounts.people.models import Person
from messaging.sending.models import Basket, Batch
from messaging.wording.models import Template
from smsportal.lib.ids import uuid7


class DraftQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "DraftQuerySet":
        return self.filter(person_id=person.pk)

    def open(self) -> "DraftQuerySet":
        return self.filter(sent_at__isnull=True)


class Draft(models.Model):
    """Everything as typed, wrong or right. `uid` is the request key of the batch it becomes."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    basket = models.ForeignKey(Basket, on_delete=models.PROTECT, related_name="drafts")
    numbers = models.TextField(blank=True)  # the By Mobile Number box, as typed
    body = models.TextField(blank=True)
    template = models.ForeignKey(Template, null=True, on_delete=models.SET_NULL)
    sender_choice = models.CharField(max_length=16, default="", blank=True)  # the key of a Choice
    fill = models.JSONField(default=dict, blank=True)  # fields answered once for everyone
    columns = models.JSONField(default=list, blank=True)  # further fields that some people have
    is_emergency = models.BooleanField(default=False)
    emergency_reason = models.TextField(blank=True)  # as typed
    is_later = models.BooleanField(default=False)
    send_date = models.CharField(max_length=20, blank=True)  # as typed
    send_time = models.CharField(max_length=20, blank=True)
    # Which of two equal times when the clocks go back: 0 the first, 1 the second.
    fold = models.PositiveSmallIntegerField(null=True)
    # As typed: {"every": "week", "days": ["4"], "month_on": "day", "until": "..", "skip": ".."}
    repeat = models.JSONField(default=dict, blank=True)
    # Of what it changes, or has become: a wing after this one has the repeat itself.
    repeat_uid = models.UUIDField(null=True)
    # Somebody left out those without a value for a field: whoever comes to a group is judged alike.
    leaves_out_incomplete = models.BooleanField(default=False)
    # What the worker has yet to do to the basket, in order: see engine/deeds.py.
    waiting = models.JSONField(default=list, blank=True)
    waiting_since = models.DateTimeField(null=True)
    # The copy of the page that wrote last, and its clock in milliseconds then: what it sent before
    # may come after.
    page = models.CharField(max_length=36, blank=True, default="")
    turn = models.BigIntegerField(default=0)
    measured = models.JSONField(default=dict, blank=True)  # totals of a big basket, by the worker
    shown = models.PositiveSmallIntegerField(default=0)  # whom the phone shows: first, longest..
    # Editing a scheduled batch: it keeps its place until this draft takes it.
    replaces = models.ForeignKey(
        Batch, null=True, on_delete=models.SET_NULL, related_name="edited_as"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-updated_at"]),
            models.Index(
                fields=["waiting_since"],
                name="draft_waiting",
                condition=models.Q(waiting_since__isnull=False),
            ),
        ]

    def is_ahead_of(self, page: str, turn: int) -> bool:
        """The same page has sent something newer. Of two pages, whichever comes last counts."""
        return bool(page) and self.page == page and turn < self.turn

    @property
    def repeats(self) -> bool:
        """It goes more than once."""
        return self.is_later and bool(self.repeat.get("every"))


class Upload(models.Model):
    """A file of numbers as it was read. The file itself goes once its rows are in the basket."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list)  # the headers, or Column A, Column B..
    phone_columns = models.JSONField(default=list)  # those with mobiles: more than one is asked
    number_column = models.PositiveIntegerField(null=True)  # None until somebody says which
    has_header = models.BooleanField(default=False)
    letters = models.JSONField(default=list)  # of the columns, as the spreadsheet shows them
    row_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    is_deleted = models.BooleanField(default=False)  # the file; its rows are in the basket

    class Meta:
        indexes = [models.Index(fields=["sha256"])]

    @property
    def letter(self) -> str:
        """Of the column with the numbers: A41 is its row 41."""
        return self.letters[self.number_column] if self.number_column is not None else ""
