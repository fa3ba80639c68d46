"""The least that a department pays for a financial year (S43): one answer for the running report,
the forecast, the estimate and the statement, which have to agree to the penny.
"""

import datetime as dt
from dataclasses import dataclass

from accounts.departments.models import Department
from billing.tariffs.queries import PriceBook
from billing.tariffs.years import FinancialYear
from billing.usage.queries.cancelled import cancelled_ids
from smsportal.lib.walltime import day_of


@dataclass(frozen=True)
class Minimum:
    """Of one year until one day, both included."""

    year: FinancialYear
    to_on: dt.date
    prices: PriceBook
    cancelled: set[int]  # ids of the departments that did not go on into it

    def tenths(self, department: Department, *, has_used: bool) -> int:
        """What was in force when the year, or the department, began; nothing for who had cancelled
        before, or neither was there yet nor has used anything.
        """
        created_on = day_of(department.created_at)
        is_not_there_yet = created_on > self.to_on and not has_used
        if department.pk in self.cancelled or is_not_there_yet:
            return 0
        began_on = max(self.year.first_on, min(created_on, self.to_on))
        return self.prices.on(began_on).minimum_tenths


def minimum_of(year: FinancialYear, to_on: dt.date, prices: PriceBook) -> Minimum:
    """Two queries."""
    return Minimum(year, to_on, prices, cancelled_ids(year))
