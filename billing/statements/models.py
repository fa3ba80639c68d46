"""Locked years. What is written here is never changed: corrections are new rows."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.audit.actors import Actor
from accounts.departments.models import CodeKind, Department
from billing.statements.lines import LineKind
from billing.statements.settling import Standing
from smsportal.lib.ids import uuid7


class NeverChanges(models.Model):
    """The database refuses it as well (see migration 0008): this says so in words."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"A {self._meta.verbose_name} never changes: write a correction.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"A {self._meta.verbose_name} is never deleted: write a correction.")


class YearEnd(NeverChanges):
    """A financial year that finance has locked and signed."""

    first_on = models.DateField(unique=True)
    last_on = models.DateField()
    locked_at = models.DateTimeField()
    locked_by_name = models.CharField(max_length=200)
    charge_pence = models.PositiveBigIntegerField()  # the total that was typed to sign
    fingerprint = models.CharField(max_length=64)  # of all statements: see settling.fingerprint

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="year_ends_after_it_begins", condition=Q(last_on__gt=F("first_on"))
            ),
            models.CheckConstraint(
                name="year_end_is_signed", condition=~Q(locked_by_name="") & ~Q(fingerprint="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on.year} to {self.last_on.year}"


class StatementQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "StatementQuerySet":
        if person.may("end_years"):
            return self
        if person.may("see_statements"):
            return self.filter(department_id=person.department_id)
        return self.none()

    def matching(self, words: str) -> "StatementQuerySet":
        """By a part of the number or of the department's name; all without words."""
        if not words:
            return self
        return self.filter(Q(number__icontains=words) | Q(department_name__icontains=words))

    def of_year(self, first_on: dt.date) -> "StatementQuerySet":
        return self.filter(year_end__first_on=first_on)


class Statement(NeverChanges):
    """One department's locked year, in pence, net of VAT."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    year_end = models.ForeignKey(YearEnd, on_delete=models.PROTECT, related_name="statements")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="statements")
    department_name = models.CharField(max_length=120)  # as it was
    number = models.CharField(max_length=60, unique=True)  # Y26-CR0340
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    code = models.CharField(max_length=40, blank=True)
    standing = models.CharField(max_length=9, choices=Standing.choices)
    actual_pence = models.PositiveBigIntegerField()
    prepaid_pence = models.PositiveBigIntegerField()
    charge_pence = models.PositiveBigIntegerField()
    next_pence = models.PositiveBigIntegerField()

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year_end", "department"], name="one_statement_a_year"),
            models.CheckConstraint(
                name="charged_is_all_that_is_over_or_nothing",
                condition=Q(charge_pence=0)
                | Q(actual_pence=F("prepaid_pence") + F("charge_pence")),
            ),
            models.CheckConstraint(
                name="who_cancelled_prepays_nothing",
                condition=~Q(standing=Standing.CANCELLED) | Q(next_pence=0),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatementLine(NeverChanges):
    """So many at one price, rounded to the penny: the only rounding there is."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    code = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=40, blank=True)
    thing_count = models.PositiveIntegerField()
    count = models.PositiveBigIntegerField()
    price_tenths = models.PositiveBigIntegerField()
    from_month = models.DateField()
    to_month = models.DateField()
    pence = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "place"], name="one_line_at_a_place"),
            # Whole numbers divide to a whole number: half a penny goes up.
            models.CheckConstraint(
                name="a_line_is_rounded_once",
                condition=Q(pence=(F("count") * F("price_tenths") + 5) / 10),
            ),
        ]


class Correction(NeverChanges):
    """A line that finance adds to a locked statement. Positive: charged. Negative: given back."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="corrections")
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    code = models.CharField(max_length=40, blank=True)
    pence = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(name="correction_corrects", condition=~Q(pence=0)),
            models.CheckConstraint(
                name="correction_says_why_and_who", condition=~Q(reason="") & ~Q(by_name="")
            ),
        ]


class Prepayment(NeverChanges):
    """What finance decided that a department prepays for a year; the last one counts."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="prepayments")
    year_begins_on = models.DateField()
    pence = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["year_begins_on", "department"])]
        constraints = [
            models.CheckConstraint(
                name="prepayment_says_why_and_who", condition=~Q(reason="") & ~Q(by_name="")
            ),
        ]
