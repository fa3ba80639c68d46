"""What was used, by day: facts that are counted from texts, and can be counted again.

None of them needs the words of a text or anybody's number, so those may be erased.
"""

from typing import Final

from django.db import models
from django.db.models import F, Q

from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from inbound.keywords.models import Keyword
from messaging.sending.models import Batch

KEYWORD: Final = "keyword"
NUMBER: Final = "number"

# What is added up together, beside its person.
ONE_LINE: Final = ["on", "department", "code_kind", "code", "source", "price_tenths"]


class Charge(models.Model):
    """What the carriers took of one batch on one day in London, and departments pay for."""

    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="charges", db_index=False
    )  # its index: charged_once_a_day
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    on = models.DateField()
    text_count = models.PositiveIntegerField()
    part_count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["on", "department"])]
        constraints = [
            models.UniqueConstraint(fields=["batch", "on"], name="charged_once_a_day"),
        ]


class SentUsage(models.Model):
    """The charges of a day, added up: what reports and statements read."""

    on = models.DateField()
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    code = models.CharField(max_length=40)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # nobody for what the portal sent by itself: replies, forwards
    source = models.CharField(max_length=12)
    price_tenths = models.PositiveIntegerField()  # of one part
    text_count = models.PositiveIntegerField()
    part_count = models.PositiveIntegerField()
    cost_tenths = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["department", "on"]), models.Index(fields=["on"])]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "on",
                    "department",
                    "code_kind",
                    "code",
                    "person",
                    "source",
                    "price_tenths",
                ],
                name="sent_usage_once",
                condition=Q(person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=ONE_LINE,
                name="sent_usage_of_nobody_once",
                condition=Q(person__isnull=True),
            ),
            models.CheckConstraint(
                name="sent_costs_its_parts",
                condition=Q(cost_tenths=F("part_count") * F("price_tenths")),
            ),
        ]


class ReceivedUsage(models.Model):
    """Texts that came in on one day in London, to a keyword or to a user's number."""

    on = models.DateField()
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code_kind = models.CharField(max_length=12, choices=CodeKind.choices)
    code = models.CharField(max_length=40)
    keyword = models.ForeignKey(Keyword, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # whose number it was; nobody for a keyword
    price_tenths = models.PositiveIntegerField()
    text_count = models.PositiveIntegerField()
    cost_tenths = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["department", "on"]), models.Index(fields=["on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "keyword"],
                name="received_by_keyword_once",
                condition=Q(keyword__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["on", "person", "department"],
                name="received_by_number_once",
                condition=Q(keyword__isnull=True),
            ),
            models.CheckConstraint(
                name="received_costs_its_texts",
                condition=Q(cost_tenths=F("text_count") * F("price_tenths")),
            ),
            models.CheckConstraint(
                name="received_by_one_of_both",
                condition=Q(keyword__isnull=False, person__isnull=True)
                | Q(keyword__isnull=True, person__isnull=False),
            ),
        ]


class Uncounted(models.Model):
    """A batch, or a day of incoming texts, of which something has changed since it was counted.

    Several lines of one are no fault: a line is taken away only by a count that began after it.
    """

    batch = models.ForeignKey(Batch, null=True, on_delete=models.CASCADE, related_name="+")
    on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="uncounted_batch_or_day",
                condition=Q(batch__isnull=False, on__isnull=True)
                | Q(batch__isnull=True, on__isnull=False),
            )
        ]
