"""What finance keeps: how the journal looks."""

import datetime as dt
from typing import Final

from django.db import transaction

from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.audit.services import record
from billing.reports.journal import Layout
from billing.reports.models import ONLY, JournalLayout

KEEP: Final = "keep_journal"


@transaction.atomic
def keep_layout(*, layout: Layout, by: Actor, now: dt.datetime) -> None:
    """From now on every journal looks like this."""
    require(by, KEEP)
    JournalLayout.objects.update_or_create(
        pk=ONLY,
        defaults={
            "debit_account": layout.debit_account,
            "credit_account": layout.credit_account,
            "columns": [list(column) for column in layout.columns],
            "changed_at": now,
            "changed_by_name": by.audit_name,
        },
    )
    headings = ", ".join(heading for _, heading in layout.columns)
    words = (
        f"The journal now has these columns: {headings}. It debits {layout.debit_account} and "
        f"credits {layout.credit_account}."
    )
    record(by=by, verb="reports.journal_kept", words=words, now=now)
