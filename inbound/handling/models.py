"""What happens to the texts that come to a keyword or to a virtual number, besides being kept."""

from django.db import models
from django.db.models import Q

from inbound.handling.hours import Days, Hours


class Handling(models.Model):
    """Copies, and an automatic reply. The portal keeps every text in any case."""

    emails = models.JSONField(default=list, blank=True)
    mobiles = models.JSONField(default=list, blank=True)  # E.164
    replies = models.BooleanField(default=False)
    reply = models.TextField(blank=True)  # with its ((fields))
    has_hours = models.BooleanField(default=False)
    opens_at = models.TimeField(null=True, blank=True)  # of London
    closes_at = models.TimeField(null=True, blank=True)
    days = models.CharField(max_length=8, choices=Days.choices, default=Days.WEEKDAYS)
    reply_outside = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_has_words_to_reply", condition=Q(replies=False) | ~Q(reply="")
            ),
            models.CheckConstraint(
                name="%(class)s_has_its_hours",
                condition=Q(has_hours=False)
                | Q(opens_at__isnull=False, closes_at__isnull=False) & ~Q(reply_outside=""),
            ),
        ]

    @property
    def hours(self) -> Hours | None:
        if not self.has_hours or self.opens_at is None or self.closes_at is None:
            return None
        return Hours(self.opens_at, self.closes_at, Days(self.days))

    @property
    def copies_elsewhere(self) -> bool:
        return bool(self.emails or self.mobiles)
