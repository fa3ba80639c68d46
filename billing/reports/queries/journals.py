"""The journal of a period, and how it is to look."""

from billing.reports.access import Reach
from billing.reports.journal import USUAL, Entry, Layout
from billing.reports.models import ONLY, JournalLayout
from billing.reports.period import Period
from billing.reports.queries import Asked, report


def layout() -> Layout:
    kept = JournalLayout.objects.filter(pk=ONLY).first()
    return kept.layout if kept else USUAL


def entries(period: Period) -> list[Entry]:
    """A line for each code that pays anything, in the order of codes."""
    rows = report(Asked(period, "code"), Reach()).rows
    paying = [row for row in rows if row.figures.total_pence]
    return [
        Entry(
            number,
            code,
            kind,
            departments,
            row.figures.text_count,
            row.figures.part_count,
            row.figures.total_pence,
            period.from_on,
            period.to_on,
        )
        for number, row in enumerate(sorted(paying, key=lambda row: row.names[1]), start=1)
        for departments, code, kind in [row.names]
    ]
