"""A pass of the worker, for tests."""

import datetime as dt

from django.db.models import F

from billing.usage.engine import counting
from messaging.sending.engine import tally
from messaging.sending.models import Batch
from messaging.tests.make import NOW


def counted(*batches: Batch) -> None:
    """Something of these moved; then the tally and the counting come by."""
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(
        changed_at=F("changed_at") + dt.timedelta(seconds=1)
    )
    tally.tally_changed(now=NOW)
    counting.count_changed()
