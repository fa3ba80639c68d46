"""Who does not go on into a year (S42)."""

from accounts.departments.models import Department
from accounts.renewals import queries as renewals
from billing.tariffs.years import DAY, FinancialYear
from smsportal.lib.walltime import start_of


def cancelled_ids(year: FinancialYear) -> set[int]:
    """Ids of the departments that cancelled for the year, or had been closed by its first day."""
    closed = Department.objects.filter(closed_at__lt=start_of(year.first_on + DAY))
    return renewals.cancelled_ids(year.first_on) | set(closed.values_list("pk", flat=True))
