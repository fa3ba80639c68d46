"""How the journal of this university looks."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.reports.journal import Layout

ONLY: Final = 1


class JournalLayout(models.Model):
    """The one row that finance keeps; none until they change what is usual."""

    debit_account = models.CharField(max_length=20)
    credit_account = models.CharField(max_length=20)
    columns = models.JSONField()  # [[key, heading], ..], in the order of the file
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_journal_layout", condition=Q(pk=ONLY)),
        ]

    def __str__(self) -> str:
        return ", ".join(heading for _, heading in self.columns)

    @property
    def layout(self) -> Layout:
        columns = tuple((key, heading) for key, heading in self.columns)
        return Layout(self.debit_account, self.credit_account, columns)
