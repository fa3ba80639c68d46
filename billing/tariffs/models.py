"""Prices by effective date. A price that has begun is never changed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

PRICES = (
    "part_tenths",
    "minimum_tenths",
    "keyword_tenths",
    "number_tenths",
    "incoming_tenths",
    "over_percent",
    "over_tenths",
)


class Tariff(models.Model):
    """What changes on one day. Empty: as before; before the first one there is no price.

    Money is in tenths of a penny, net of VAT.
    """

    from_on = models.DateField(unique=True)
    part_tenths = models.PositiveIntegerField(null=True)  # one part to one person
    minimum_tenths = models.PositiveIntegerField(null=True)  # the least for a financial year
    keyword_tenths = models.PositiveIntegerField(null=True)  # a keyword, each calendar month
    number_tenths = models.PositiveIntegerField(null=True)  # a user's number, each calendar month
    incoming_tenths = models.PositiveIntegerField(null=True)  # one text that came in
    # Extra is charged at year end only where the year is over by more than both.
    over_percent = models.PositiveSmallIntegerField(null=True)
    over_tenths = models.PositiveIntegerField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_tariff_says_something",
                condition=Q(*((f"{name}__isnull", False) for name in PRICES), _connector=Q.OR),
            ),
            models.CheckConstraint(
                name="both_of_the_threshold_or_neither",
                condition=Q(over_percent__isnull=True, over_tenths__isnull=True)
                | Q(over_percent__isnull=False, over_tenths__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"from {self.from_on}"
