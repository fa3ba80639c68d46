"""A file on its way into a contact book, and what it did there, for as long as it can be undone."""

import datetime as dt

from django.db import models
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.contacts.models import Arrival, BookQuerySet, Contact, Group
from messaging.imports.states import WORKING, Policy, RowState, State
from smsportal.lib.ids import uuid7

UNDO_FOR = dt.timedelta(hours=24)


class ImportQuerySet(BookQuerySet):
    def waiting(self) -> "ImportQuerySet":
        return self.filter(state__in=WORKING)


class Import(models.Model):
    """One file. Without an owner it goes into the department's global book (S84)."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="imports")
    owner = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="personal_imports"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="imports")
    # The group whose members this file replaces, if it does.
    replaces = models.ForeignKey(
        Group, null=True, on_delete=models.PROTECT, related_name="replacements"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.MATCHING)
    file_name = models.CharField(max_length=120)  # as uploaded, to be shown
    stored_name = models.CharField(max_length=60)  # in UPLOAD_DIR; empty once it is deleted
    row_count = models.PositiveIntegerField()  # of contacts, without the headings
    has_headings = models.BooleanField(default=True)
    columns = models.JSONField()  # see mapping.Column
    everyone_group = models.CharField(max_length=80, blank=True)
    policy = models.CharField(max_length=9, choices=Policy.choices, default=Policy.OVERWRITE)
    done_count = models.PositiveIntegerField(default=0)  # of row_count, in this state
    counts = models.JSONField(default=dict)  # {"new": 188, "changed": 12, ..}
    problem = models.CharField(max_length=300, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    arrival = models.ForeignKey(
        Arrival, null=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # Fixed when "Import" is pressed: every contact it touches gets it as `updated_at`, so a later
    # change by a person is seen.
    stamped_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    rows_deleted_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="import_waiting", condition=models.Q(state__in=WORKING)
            ),
            models.Index(fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_global(self) -> bool:
        return self.owner_id is None

    @property
    def people_count(self) -> int:
        """Contacts that the file is about: without wrong rows and second rows of one number."""
        return self.counts.get("ok", 0)

    @property
    def undo_until(self) -> dt.datetime | None:
        return self.applied_at + UNDO_FOR if self.applied_at else None

    @property
    def is_working(self) -> bool:
        return self.state in WORKING


class ImportGroup(models.Model):
    """A group that the file, or the person for everyone in it, asks for."""

    batch = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="groups", db_index=False
    )
    number = models.PositiveSmallIntegerField()  # what ImportMember calls it
    name = models.CharField(max_length=80)
    origin = models.CharField(max_length=120, blank=True)  # how it was found, in words
    row_count = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(default=True)
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL)
    is_new = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_group_once")
        ]


class ImportRow(models.Model):
    """One row of the file, and what the contact was called before."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row_no = models.PositiveIntegerField()  # as the spreadsheet counts: headings are row 1
    state = models.CharField(max_length=9, choices=RowState.choices)
    number = models.CharField(max_length=16, blank=True)  # E.164; empty when invalid
    typed = models.CharField(max_length=80, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)
    suggestion = models.CharField(max_length=16, blank=True)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    is_new = models.BooleanField(default=False)  # this import made the contact
    is_changed = models.BooleanField(default=False)  # it renamed it, or added it to a group
    before_first_name = models.CharField(max_length=80, blank=True)
    before_last_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once")]


class ImportMember(models.Model):
    """A row asks for a group. By numbers and not by keys, so that both are staged in one go."""

    batch = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    row_no = models.PositiveIntegerField()
    group_number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "row_no", "group_number"], name="import_member_once"
            )
        ]


class ImportLeaver(models.Model):
    """Who left the group whose members were replaced: what undo puts back."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="leavers")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
