"""One department's running year and what it makes of the next one."""

import datetime as dt
from dataclasses import dataclass

from accounts.departments.models import Department
from billing.statements.estimating import Estimate
from billing.statements.queries import counted, estimates
from billing.statements.queries.facts import facts_of
from billing.statements.settling import Account
from billing.tariffs.queries import year_of
from billing.tariffs.years import FinancialYear
from smsportal.lib.walltime import month_of


@dataclass(frozen=True)
class Outlook:
    department: Department
    year: FinancialYear  # the running one
    today: dt.date
    account: Account  # until today
    estimate: Estimate  # for the next one
    is_from_year_before: bool  # no month of this one has passed
    seen_from: dt.date | None  # first days of the months that it was made from
    seen_to: dt.date | None
    elapsed_count: int  # months of the year that have passed

    @property
    def used_pence(self) -> int:
        """Until today, without what is missing to the minimum."""
        return self.account.actual_pence - self.account.minimum_pence

    @property
    def percent(self) -> int:
        """Of what was prepaid."""
        prepaid = self.account.prepaid_pence
        return round(self.used_pence * 100 / prepaid) if prepaid else 100

    @property
    def shares(self) -> list[tuple[str, int]]:
        """Used and not used, as parts of a bar."""
        used = min(self.percent, 100)
        return [("1", used), ("wait", 100 - used)]

    @property
    def bar_words(self) -> str:
        return f"{self.percent} percent of what was prepaid for this year is used"

    @property
    def is_on_course(self) -> bool:
        """Not used faster than time goes, as far as whole months say."""
        months = self.elapsed_count + 1  # the one that runs may be used as well
        return self.used_pence * len(self.year.months) <= self.account.prepaid_pence * months


def outlook(department: Department, today: dt.date) -> Outlook | None:
    """None for a department that this year does not concern any more."""
    year = year_of(today)
    accounts = counted.accounts(year, today, [department.pk])
    if not accounts:
        return None
    facts = facts_of(year, today, [department.pk])
    passed = [month for month in year.months if month < month_of(today)]
    months = estimates.months_seen(facts, department, before=month_of(today))
    return Outlook(
        department=department,
        year=year,
        today=today,
        account=accounts[0],
        estimate=estimates.estimates(facts)[department.pk],
        is_from_year_before=not passed,
        seen_from=months[0] if months else None,
        seen_to=months[-1] if months else None,
        elapsed_count=len(passed),
    )
