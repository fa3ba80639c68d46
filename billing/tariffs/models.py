"""Prices by effective date. A price that has begun is never changed."""

from django.db import models
from django.utils import timezone


class Tariff(models.Model):
    from_on = models.DateField(unique=True)
    part_tenths = models.PositiveIntegerField()  # one part to one person, tenths of a penny
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by_name = models.CharField(max_length=200)
