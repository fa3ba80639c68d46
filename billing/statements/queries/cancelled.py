"""Who does not go on into a year (S42)."""

from accounts.departments.models import Department
from billing.tariffs.years import DAY, FinancialYear
from smsportal.lib.walltime import start_of


def cancelled_ids(year: FinancialYear) -> set[int]:
    """Ids of the departments that had ended before the year, or that ended on its first day."""
    second_day = start_of(year.first_on + DAY)
    closed = Department.objects.filter(closed_at__lt=second_day)
    return set(closed.values_list("pk", flat=True))
